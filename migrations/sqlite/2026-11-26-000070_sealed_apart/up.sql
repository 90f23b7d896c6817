-- How a certificate stands is asked for with every check, its sealed bytes once a process: apart, the row is read from one
-- page of the database instead of four. Without a foreign key: the writer is the only door, and `audit verify` names bytes
-- without a certificate.
PRAGMA defer_foreign_keys = ON;

CREATE TABLE sealed_certificate (
    leaf INTEGER NOT NULL PRIMARY KEY,
    jws BLOB NOT NULL
);
INSERT INTO sealed_certificate SELECT leaf, jws FROM certificate ORDER BY leaf;

CREATE TABLE certificate_before AS
    SELECT number, organisation, reference, digest, accepted_micros, leaf, status, status_reason, status_micros,
           status_leaf, hmac
    FROM certificate;
DROP TABLE certificate;
CREATE TABLE certificate (
    number TEXT NOT NULL PRIMARY KEY,
    organisation TEXT NOT NULL,
    reference TEXT NOT NULL,
    digest BLOB NOT NULL,
    accepted_micros BIGINT NOT NULL,
    leaf BIGINT NOT NULL UNIQUE REFERENCES entry (leaf),
    status TEXT NOT NULL CHECK (status IN ('valid', 'suspended', 'revoked', 'replaced')),
    status_reason TEXT NOT NULL,
    status_micros BIGINT NOT NULL,
    status_leaf BIGINT NOT NULL REFERENCES entry (leaf),
    hmac BLOB NOT NULL,
    UNIQUE (organisation, reference)
) WITHOUT ROWID;
INSERT INTO certificate SELECT * FROM certificate_before ORDER BY number;
DROP TABLE certificate_before;
CREATE INDEX certificate_of_organisation ON certificate (organisation, leaf);
CREATE INDEX certificate_not_valid ON certificate (status_leaf) WHERE status <> 'valid';
