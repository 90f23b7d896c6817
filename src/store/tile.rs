//! Tiles of the log.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Integer};
use endmark_core::log::{LogError, Tile, TileId};

use super::prepared::prepared;
use super::schema::tile;
use super::{Connection, StoreError, Writes, column, count, on};

/// Writes tiles; a partial one takes the place of the narrower one before it.
pub fn put(writes: &mut Writes<'_>, tiles: &[Tile]) -> Result<(), StoreError> {
    const UPSERT: &str = "INSERT INTO tile (level, position, hashes) SELECT * FROM unnest(?, ?, ?)
         ON CONFLICT (level, position) DO UPDATE SET hashes = excluded.hashes";
    let positions: Vec<i64> = tiles.iter().map(|new| column(new.id.index)).collect::<Result<_, _>>()?;
    match writes.to() {
        (Connection::Sqlite(c), _) => {
            for (new, position) in tiles.iter().zip(positions) {
                let level = tile::level.eq(i32::from(new.id.level));
                let row = (level, tile::position.eq(position), tile::hashes.eq(new.to_bytes()));
                diesel::replace_into(tile::table).values(row).execute(c)?;
            }
        }
        (Connection::Postgres(_), later) => later.push(
            prepared(UPSERT)
                .bind::<Array<Integer>, _>(tiles.iter().map(|new| i32::from(new.id.level)).collect::<Vec<_>>())
                .bind::<Array<BigInt>, _>(positions)
                .bind::<Array<Binary>, _>(tiles.iter().map(Tile::to_bytes).collect::<Vec<_>>()),
        ),
    }
    Ok(())
}

/// A stored tile.
pub fn tile(connection: &mut Connection, id: TileId) -> Result<Option<Tile>, StoreError> {
    let position = column(id.index)?;
    let hashes: Option<Vec<u8>> = on!(connection, c => tile::table
        .find((i32::from(id.level), position))
        .select(tile::hashes)
        .first(c)
        .optional())?;
    hashes.map(|bytes| read(id, &bytes)).transpose()
}

fn read(id: TileId, bytes: &[u8]) -> Result<Tile, StoreError> {
    Tile::from_bytes(id, bytes).map_err(|error| StoreError::Corrupt(format!("{}: {error}", id.path())))
}

/// Stored tiles, all in one statement; those that are not there are left out.
pub fn tiles(connection: &mut Connection, ids: &[TileId]) -> Result<BTreeMap<TileId, Tile>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Integer)]
        level: i32,
        #[diesel(sql_type = BigInt)]
        position: i64,
        #[diesel(sql_type = Binary)]
        hashes: Vec<u8>,
    }
    // In SQLite a statement is no round trip.
    let Connection::Postgres(c) = connection else {
        let read = ids.iter().map(|id| Ok(tile(connection, *id)?.map(|tile| (*id, tile))));
        return read.filter_map(Result::transpose).collect();
    };
    let positions: Vec<i64> = ids.iter().map(|id| column(id.index)).collect::<Result<_, _>>()?;
    let rows: Vec<Row> = prepared(
        "SELECT level, position, hashes FROM unnest(?, ?) AS wanted (level, position) JOIN tile USING (level, position)",
    )
    .bind::<Array<Integer>, _>(ids.iter().map(|id| i32::from(id.level)).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(positions)
    .load(c.each())?;
    rows.into_iter()
        .map(|row| {
            let level =
                u8::try_from(row.level).map_err(|_| StoreError::Corrupt(format!("tile level {}", row.level)))?;
            let id = TileId { level, index: count(row.position)? };
            Ok((id, read(id, &row.hashes)?))
        })
        .collect()
}

/// How the functions of the log read tiles.
type TileReader<'a> = &'a mut dyn FnMut(TileId) -> Option<Tile>;

/// Tiles as the functions of the log want them: the first failure is kept and looks like a missing tile.
pub fn with_tiles<T>(
    connection: &mut Connection,
    compute: impl FnOnce(TileReader<'_>) -> Result<T, LogError>,
) -> Result<T, StoreError> {
    let mut failure = None;
    let computed = compute(&mut |id| match tile(connection, id) {
        Ok(found) => found,
        Err(error) => {
            failure.get_or_insert(error);
            None
        }
    });
    match failure {
        Some(error) => Err(error),
        None => computed.map_err(|error| StoreError::Corrupt(error.to_string())),
    }
}
