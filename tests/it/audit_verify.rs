//! `audit verify`: every change of the database behind the service's back is found and named.

use std::fmt::Write as _;

use endmark::audit::{Expected, Report, verify};
use endmark::demo::Place;
use endmark::store::{Connection, log, migrate, migrations_down_to};
use endmark_core::log::{Checkpoint, LogKey, leaf_hash, open_checkpoint};
use serde_json::json;

use crate::ledger::{mrn, put, release, trucks};
use crate::support::{On, Register, consignment, on_both_databases, with_database};
use crate::tables::{bytes, edit, keep, literal, number, put_back, text};

on_both_databases!(
    a_good_database_verifies_beside_the_service
    every_single_byte_of_an_entry_a_tile_the_head_and_evidence_counts
    entries_deleted_inserted_swapped_and_cut_off_are_named
    every_index_column_is_held_against_the_bytes
    a_tile_is_told_from_an_entry
    every_row_that_decides_is_held_against_the_log
    a_register_is_whole_after_sealed_bytes_were_moved_back_and_apart_again
    more_than_a_full_tile_verifies_and_a_change_in_each_level_is_named
);

/// A stopped register with a bit of everything in its log.
async fn lived(on: On) -> Place {
    let register = Register::start(on).await;
    let number = register.issue("V-1").await;
    let other = register.issue("V-2").await;
    let good = |answered: endmark::client::Answered| assert!(answered.status.is_success(), "{}", answered.body);
    register.check(&consignment(&number)).await;
    good(put(&register, &mrn(1), &trucks(&number, "4")).await);
    good(put(&register, &mrn(2), &trucks(&number, "1")).await);
    good(release(&register, &mrn(1)).await);
    let mut border = trucks(&number, "1");
    border["stage"] = json!("border");
    let body = border.to_string().into_bytes();
    let path = format!("/v1/customs/declarations/{}/presentations/truck-1", mrn(2));
    let put = reqwest::Method::PUT;
    good(register.world.customs.send(put, &path, Some(("application/json", body))).await.unwrap());
    let reason = json!({ "reason": "stolen" });
    let body = Some(("application/json", reason.to_string().into_bytes()));
    let path = format!("/v1/certificates/{other}/suspension");
    good(register.world.maker.send(reqwest::Method::PUT, &path, body).await.unwrap());
    good(register.world.maker.post(&format!("/v1/certificates/{other}/revocation"), &reason).await.unwrap());
    register.stop().await
}

/// Verifies on one connection, against the keys and the checkpoint of a place.
struct Verifier {
    keys: endmark::keys::Keys,
    origin: String,
    checkpoint: Checkpoint,
}

impl Verifier {
    fn of(place: &Place) -> Self {
        let settings = endmark::config::Settings::read(&place.dir().join("endmark.toml")).unwrap();
        let keys = endmark::keys::load(&settings.origin, &settings.keys.log, &settings.keys.rows).unwrap();
        let key: LogKey = keys.log.key().clone();
        let note = std::fs::read(&settings.checkpoint).unwrap();
        let checkpoint = open_checkpoint(&note, &[key]).unwrap().checkpoint().clone();
        Self { keys, origin: settings.origin, checkpoint }
    }

    fn report(&self, connection: &mut Connection) -> Report {
        let expected = Expected { origin: &self.origin, rows: &self.keys.rows, checkpoint: Some(&self.checkpoint) };
        verify(connection, &expected, 1_000, &mut |_, _| {}).unwrap()
    }

    /// Every fault on a line of its own.
    fn faults(&self, connection: &mut Connection) -> String {
        let mut all = String::new();
        for fault in self.report(connection).faults {
            writeln!(all, "{}: {}", fault.what, fault.problem).unwrap();
        }
        all
    }

    /// A change that must be named so; then the database is as before.
    fn finds(&self, connection: &mut Connection, statement: &str, named: &str) {
        edit(connection, statement);
        let faults = self.faults(connection);
        assert!(faults.contains(named), "{statement}\nwanted: {named}\nfound: {faults}");
        put_back(connection);
    }
}

async fn a_good_database_verifies_beside_the_service(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("V-0").await;
    let asked = consignment(&number);
    let place = &register.place;
    let verifying = async {
        for _ in 0..5 {
            let faults = crate::support::faults(place);
            assert!(faults.is_empty(), "{faults:#?}");
            tokio::task::yield_now().await;
        }
    };
    let checks = (0..60).map(|_| register.check(&asked));
    futures_util::future::join(verifying, futures_util::future::join_all(checks)).await;
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn every_single_byte_of_an_entry_a_tile_the_head_and_evidence_counts(on: On) {
    let place = lived(on).await;
    let verifier = Verifier::of(&place);
    // Every byte where it is quick; a sample over the network.
    let stride = match on {
        On::Sqlite => 1,
        On::Postgres => 41,
    };
    with_database(&place, |connection| {
        keep(connection);
        assert_eq!(verifier.faults(connection), "");
        let checked = number(connection, "SELECT leaf AS value FROM entry WHERE kind = 'consignmentChecked'");
        let values = [
            ("entry", "body", format!("leaf = {checked}"), format!("entry {checked}: "), stride),
            ("tile", "hashes", "level = 0".to_owned(), "tile/0/000".to_owned(), 7 * stride),
            ("head", "root", "id = 1".to_owned(), "head: ".to_owned(), 1),
            ("evidence", "salt", format!("leaf = {checked}"), format!("evidence of entry {checked}: "), 1),
            ("evidence", "body", format!("leaf = {checked}"), format!("evidence of entry {checked}: "), 29 * stride),
        ];
        for (table, column, row, named, stride) in values {
            let good = bytes(connection, &format!("SELECT {column} AS value FROM {table} WHERE {row}"));
            for at in (0..good.len()).step_by(stride) {
                let mut bad = good.clone();
                bad[at] ^= 1;
                let value = literal(connection, &bad);
                edit(connection, &format!("UPDATE {table} SET {column} = {value} WHERE {row}"));
                let faults = verifier.faults(connection);
                assert!(faults.contains(&named), "byte {at} of {table}.{column}: {faults}");
            }
            let value = literal(connection, &good);
            edit(connection, &format!("UPDATE {table} SET {column} = {value} WHERE {row}"));
            for cut in
                [literal(connection, &good[..good.len() - 1]), literal(connection, &[good.as_slice(), b" "].concat())]
            {
                verifier.finds(
                    connection,
                    &format!("UPDATE {table} SET {column} = {cut} WHERE {row}"),
                    named.split(':').next().unwrap(),
                );
            }
        }
        for (column, value) in
            [("size", "size - 1"), ("size", "size + 1"), ("epoch", "epoch + 1"), ("time_micros", "time_micros + 1")]
        {
            verifier.finds(connection, &format!("UPDATE head SET {column} = {value}"), "head");
        }
        verifier.finds(connection, "UPDATE head SET origin = 'register.other/endmark'", "head: it is of the register");
        assert_eq!(verifier.faults(connection), "");
    });
}

async fn entries_deleted_inserted_swapped_and_cut_off_are_named(on: On) {
    let place = lived(on).await;
    let verifier = Verifier::of(&place);
    with_database(&place, |connection| {
        keep(connection);
        let size = number(connection, "SELECT size AS value FROM head");
        for leaf in 0..size {
            let deleted = format!("DELETE FROM entry WHERE leaf = {leaf}");
            verifier.finds(connection, &deleted, &format!("entry {leaf}: it is missing"));
        }
        let last = size - 1;
        verifier.finds(
            connection,
            &format!("DELETE FROM entry WHERE leaf >= {}", size - 3),
            &format!("entry {last}: it is missing"),
        );
        let columns = "at_micros, kind, organisation, decision, certificate, mrn, office, body";
        let inserted =
            format!("INSERT INTO entry (leaf, {columns}) SELECT {size}, {columns} FROM entry WHERE leaf = {last}");
        verifier.finds(connection, &inserted, &format!("entry {size}: the log ends at {size}"));
        let before = format!("INSERT INTO entry (leaf, {columns}) SELECT -1, {columns} FROM entry WHERE leaf = {last}");
        if matches!(on, On::Sqlite) {
            verifier.finds(connection, &before, "entry -1: the log ends");
        }
        let swapped = format!(
            "UPDATE entry SET leaf = 1000 WHERE leaf = 3; UPDATE entry SET leaf = 3 WHERE leaf = {last};
             UPDATE entry SET leaf = {last} WHERE leaf = 1000"
        );
        verifier.finds(connection, &swapped, "entry 3: its bytes are those of entry");
        verifier.finds(connection, &swapped, &format!("entry {last}: its bytes are those of entry 3"));
        let evidence = number(connection, "SELECT max(leaf) AS value FROM evidence");
        let gone = format!("DELETE FROM evidence WHERE leaf = {evidence}");
        verifier.finds(connection, &gone, &format!("evidence of entry {evidence}: it is gone"));
        let strange = "INSERT INTO evidence (leaf, salt, body) SELECT 0, salt, body FROM kept_evidence WHERE leaf =";
        verifier.finds(connection, &format!("{strange} {evidence}"), "evidence of entry 0: the entry knows of none");
        verifier.finds(connection, "DELETE FROM tile", "tile/0/000: it is missing");
        let stray = "INSERT INTO tile (level, position, hashes) SELECT level + 3, position + 7, hashes FROM kept_tile";
        verifier.finds(connection, stray, "tile 7 of level 3");
        // Yesterday's database, whole and good in itself, is older than what was signed.
        let kept = size - 2;
        let hashes: Vec<u8> = log::entries_from(connection, 0, kept)
            .unwrap()
            .iter()
            .flat_map(|(_, body)| *leaf_hash(body).as_bytes())
            .collect();
        let mut edge = endmark_core::log::Edge::empty();
        for (_, body) in log::entries_from(connection, 0, kept).unwrap() {
            edge.append(leaf_hash(&body));
        }
        let (tile, root) = (literal(connection, &hashes), literal(connection, edge.root().as_bytes()));
        let older = format!(
            "DELETE FROM entry WHERE leaf >= {kept}; DELETE FROM evidence WHERE leaf >= {kept};
             UPDATE tile SET hashes = {tile}; UPDATE head SET size = {kept}, root = {root}"
        );
        verifier.finds(connection, &older, "it is an older copy");
        assert_eq!(verifier.faults(connection), "");
    });
}

async fn every_index_column_is_held_against_the_bytes(on: On) {
    let place = lived(on).await;
    let verifier = Verifier::of(&place);
    with_database(&place, |connection| {
        keep(connection);
        let leaf = number(connection, "SELECT leaf AS value FROM entry WHERE kind = 'consignmentChecked'");
        for (column, value) in [
            ("at_micros", "at_micros + 1"),
            ("kind", "'goodsPresented'"),
            ("organisation", "'muster'"),
            ("decision", "'doesNotConform'"),
            ("certificate", "NULL"),
            ("mrn", "'26LTVR1000EX000009'"),
            ("office", "'LTVR9999'"),
        ] {
            let edited = format!("UPDATE entry SET {column} = {value} WHERE leaf = {leaf}");
            verifier.finds(connection, &edited, &format!("entry {leaf}: its column {column} says"));
        }
    });
}

async fn a_tile_is_told_from_an_entry(on: On) {
    let place = lived(on).await;
    let verifier = Verifier::of(&place);
    with_database(&place, |connection| {
        keep(connection);
        let mut body = bytes(connection, "SELECT body AS value FROM entry WHERE leaf = 5");
        let at = body.len() - 4;
        body[at] ^= 1;
        let forged = literal(connection, &body);
        verifier.finds(
            connection,
            &format!("UPDATE entry SET body = {forged} WHERE leaf = 5"),
            "the head has the hash in",
        );
        // The forger thinks of the tile as well: then the root gives it away, and the checkpoint.
        let mut tile = bytes(connection, "SELECT hashes AS value FROM tile WHERE level = 0");
        tile[5 * 32..6 * 32].copy_from_slice(leaf_hash(&body).as_bytes());
        let forged_tile = literal(connection, &tile);
        let both = format!(
            "UPDATE entry SET body = {forged} WHERE leaf = 5; UPDATE tile SET hashes = {forged_tile} WHERE level = 0"
        );
        verifier.finds(connection, &both, "head: its root is neither");
        verifier.finds(connection, &both, "checkpoint file: the log does not continue it");
        // And of the head: only what was signed before is left.
        let mut edge = endmark_core::log::Edge::empty();
        edit(connection, &both);
        for (_, body) in log::entries_from(connection, 0, 1_000).unwrap() {
            edge.append(leaf_hash(&body));
        }
        put_back(connection);
        let root = literal(connection, edge.root().as_bytes());
        verifier.finds(
            connection,
            &format!("{both}; UPDATE head SET root = {root}"),
            "checkpoint file: the log does not continue it",
        );
    });
}

async fn every_row_that_decides_is_held_against_the_log(on: On) {
    let place = lived(on).await;
    let verifier = Verifier::of(&place);
    with_database(&place, |connection| {
        keep(connection);
        let number = text(connection, "SELECT number AS value FROM certificate WHERE status = 'valid'");
        let other = text(connection, "SELECT number AS value FROM certificate WHERE status = 'revoked'");
        let list = text(connection, "SELECT subject AS value FROM (SELECT issuer AS subject FROM crl) AS lists");
        let (first, second) = (mrn(1), mrn(2));
        for (statement, named) in [
            (format!("UPDATE certificate SET status = 'valid' WHERE number = '{other}'"), format!("certificate {other}: it was changed")),
            (format!("UPDATE certificate SET organisation = 'other' WHERE number = '{number}'"), format!("certificate {number}: it was changed")),
            (format!("UPDATE certificate SET accepted_micros = 1 WHERE number = '{number}'"), format!("certificate {number}: it was changed")),
            (format!("DELETE FROM certificate WHERE number = '{other}'"), format!("the sealed bytes of {other} are gone")),
            ("UPDATE sealed_certificate SET jws = (SELECT k.jws FROM kept_sealed_certificate k WHERE k.leaf <> sealed_certificate.leaf)".to_owned(), "the sealed bytes kept under".to_owned()),
            (format!("DELETE FROM sealed_certificate WHERE leaf = (SELECT leaf FROM certificate WHERE number = '{other}')"), format!("the sealed bytes of {other} are gone")),
            ("INSERT INTO sealed_certificate SELECT leaf + 1000, jws FROM kept_sealed_certificate WHERE leaf = (SELECT min(leaf) FROM kept_sealed_certificate)".to_owned(), "no certificate has them".to_owned()),
            (format!("UPDATE certificate_line SET granted = granted + 1 WHERE certificate = '{number}'"), format!("a line of {number}: it was changed")),
            (format!("UPDATE certificate_line SET reserved = 0 WHERE certificate = '{number}' AND line = 2"), format!("a line of {number}: it was changed")),
            (format!("DELETE FROM certificate_line WHERE certificate = '{number}' AND line = 2"), format!("line 2 of {number}: the log gives")),
            (format!("UPDATE claim SET quantity = quantity - 1 WHERE mrn = '{first}'"), format!("of {first} on line 2 of {number}: it was changed")),
            (format!("DELETE FROM claim WHERE mrn = '{first}'"), format!("of {first} on line 2 of {number}: the log gives")),
            (format!("UPDATE declaration SET status = 'deleted' WHERE mrn = '{second}'"), format!("declaration {second}: it was changed")),
            (format!("DELETE FROM declaration WHERE mrn = '{second}'"), format!("declaration {second}: the log gives organisation lt-customs, version 1, status reserved")),
            (format!("UPDATE presentation SET turned_back = 1 WHERE mrn = '{second}'"), format!("a presentation under {second}: it was changed")),
            (format!("DELETE FROM presentation WHERE mrn = '{second}'"), format!("presentation truck-1 under {second}: the log gives")),
            ("UPDATE manufacturer SET scope = '[\"84\",\"85\"]'".to_owned(), "(manufacturerChanged): it was changed".to_owned()),
            ("DELETE FROM manufacturer WHERE organisation = 'muster'".to_owned(), "registry row muster (manufacturerChanged): the log gives".to_owned()),
            ("UPDATE client SET grants = 'auditor'".to_owned(), "(clientChanged): it was changed".to_owned()),
            ("UPDATE anchor SET distrusted_micros = 1".to_owned(), "(anchorChanged): it was changed".to_owned()),
            ("DELETE FROM anchor".to_owned(), "(anchorChanged): the log gives".to_owned()),
            ("DELETE FROM crl".to_owned(), "(revocationListLoaded): the log gives".to_owned()),
            (format!("UPDATE crl SET next_update_micros = next_update_micros + 1 WHERE issuer = '{list}'"), "(revocationListLoaded): it was changed".to_owned()),
        ] {
            verifier.finds(connection, &statement, &named);
        }
        // A row put back as it once was has a good HMAC: only the log knows better.
        assert_eq!(verifier.faults(connection), "");
    });
}

async fn a_register_is_whole_after_sealed_bytes_were_moved_back_and_apart_again(on: On) {
    let place = lived(on).await;
    let verifier = Verifier::of(&place);
    with_database(&place, |connection| {
        assert_eq!(verifier.faults(connection), "");
        migrations_down_to(connection, "20261126000060").unwrap();
        assert_eq!(number(connection, "SELECT count(*) AS value FROM certificate WHERE length(jws) > 1000"), 2);
        migrate(connection).unwrap();
        assert_eq!(verifier.faults(connection), "");
    });
}

async fn more_than_a_full_tile_verifies_and_a_change_in_each_level_is_named(on: On) {
    let register = Register::start(on).await;
    let number_of = register.issue("V-3").await;
    let asked = consignment(&number_of);
    for _ in 0..6 {
        futures_util::future::join_all((0..100).map(|_| register.check(&asked))).await;
    }
    let place = register.stop().await;
    let verifier = Verifier::of(&place);
    with_database(&place, |connection| {
        assert_eq!(verifier.faults(connection), "");
        keep(connection);
        assert!(number(connection, "SELECT size AS value FROM head") > 512);
        for (level, position, at, named) in [
            (0, 0, 40, "tile/0/000: its hash of entry 1 "),
            (0, 1, 0, "tile/0/001: its hash of entry 256 "),
            (1, 0, 33, "tile/1/000: its hash 1 "),
        ] {
            let query = format!("SELECT hashes AS value FROM tile WHERE level = {level} AND position = {position}");
            let mut tile = bytes(connection, &query);
            tile[at] ^= 128;
            let forged = literal(connection, &tile);
            let edited = format!("UPDATE tile SET hashes = {forged} WHERE level = {level} AND position = {position}");
            verifier.finds(connection, &edited, named);
            let cut = literal(connection, &tile[..tile.len() - 32]);
            let edited = format!("UPDATE tile SET hashes = {cut} WHERE level = {level} AND position = {position}");
            verifier.finds(connection, &edited, named.split(": ").next().unwrap());
        }
        let mut body = bytes(connection, "SELECT body AS value FROM entry WHERE leaf = 300");
        body[30] ^= 1;
        let forged = literal(connection, &body);
        edit(connection, &format!("UPDATE entry SET body = {forged} WHERE leaf = 300"));
        let faults = verifier.report(connection).faults;
        assert_eq!(faults.first().map(|fault| fault.leaf), Some(Some(300)), "{faults:#?}");
    });
}
