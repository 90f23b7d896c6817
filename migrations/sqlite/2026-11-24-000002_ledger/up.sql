-- Where each line stands, in millionths of its unit (invariant 1 is the last CHECK).
CREATE TABLE certificate_line (
    certificate TEXT NOT NULL REFERENCES certificate (number),
    line INTEGER NOT NULL,
    commodity_code TEXT NOT NULL,
    unit TEXT NOT NULL,
    granted BIGINT NOT NULL CHECK (granted >= 0),
    inherited BIGINT NOT NULL CHECK (inherited >= 0),
    reserved BIGINT NOT NULL CHECK (reserved >= 0),
    consumed BIGINT NOT NULL CHECK (consumed >= 0),
    passed_on BIGINT NOT NULL CHECK (passed_on >= 0),
    confidential BIGINT NOT NULL CHECK (confidential >= 0),
    excess BIGINT NOT NULL CHECK (excess >= 0),
    heir TEXT,
    leaf BIGINT NOT NULL,
    hmac BLOB NOT NULL,
    PRIMARY KEY (certificate, line),
    CHECK (confidential <= reserved + consumed),
    CHECK (reserved + consumed + passed_on <= granted + inherited)
) WITHOUT ROWID;

-- A declaration as last heard of; it stays when nothing is held any more.
CREATE TABLE declaration (
    mrn TEXT NOT NULL PRIMARY KEY,
    organisation TEXT NOT NULL,
    version BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('reserved', 'partlyReleased', 'released', 'deleted', 'invalidated')),
    office TEXT NOT NULL,
    confidential INTEGER NOT NULL,
    overridden INTEGER NOT NULL,
    joined TEXT NOT NULL,
    since_micros BIGINT NOT NULL,
    leaf BIGINT NOT NULL,
    hmac BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX declaration_of_status ON declaration (status, since_micros);

-- What each goods item holds of each line. Without foreign keys: they cost more than all else here, the writer is the
-- only door, and a replay of the log compares every row.
CREATE TABLE claim (
    mrn TEXT NOT NULL,
    item INTEGER NOT NULL,
    certificate TEXT NOT NULL,
    line INTEGER NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    drawn BIGINT NOT NULL CHECK (drawn >= 0),
    excess BIGINT NOT NULL CHECK (excess >= 0),
    came BIGINT NOT NULL CHECK (came BETWEEN 0 AND quantity),
    went BIGINT NOT NULL CHECK (went BETWEEN 0 AND quantity),
    phase TEXT NOT NULL CHECK (phase IN ('reserved', 'consumed')),
    confidential INTEGER NOT NULL,
    covers TEXT NOT NULL,
    movement TEXT NOT NULL,
    office TEXT NOT NULL,
    at_micros BIGINT NOT NULL,
    leaf BIGINT NOT NULL,
    hmac BLOB NOT NULL,
    PRIMARY KEY (mrn, item, certificate, line)
) WITHOUT ROWID;
CREATE INDEX claim_of_certificate ON claim (certificate, leaf);

-- Which declaration follows which; it only finds them.
CREATE TABLE follower (
    later TEXT NOT NULL,
    earlier TEXT NOT NULL,
    PRIMARY KEY (later, earlier)
) WITHOUT ROWID;
CREATE INDEX follower_of_earlier ON follower (earlier);

-- Goods presented at the border under a declaration; it draws nothing.
CREATE TABLE presentation (
    mrn TEXT NOT NULL,
    id TEXT NOT NULL,
    organisation TEXT NOT NULL,
    office TEXT NOT NULL,
    turned_back INTEGER NOT NULL,
    goods TEXT NOT NULL,
    at_micros BIGINT NOT NULL,
    leaf BIGINT NOT NULL,
    hmac BLOB NOT NULL,
    PRIMARY KEY (mrn, id)
) WITHOUT ROWID;

CREATE INDEX entry_of_declaration ON entry (mrn, leaf);
