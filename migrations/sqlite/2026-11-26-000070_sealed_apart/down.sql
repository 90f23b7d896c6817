PRAGMA defer_foreign_keys = ON;

CREATE TABLE certificate_before AS
    SELECT number, organisation, reference, digest, jws, accepted_micros, leaf, status, status_reason, status_micros,
           status_leaf, hmac
    FROM certificate LEFT JOIN sealed_certificate USING (leaf);
DROP TABLE sealed_certificate;
DROP TABLE certificate;
CREATE TABLE certificate (
    number TEXT NOT NULL PRIMARY KEY,
    organisation TEXT NOT NULL,
    reference TEXT NOT NULL,
    digest BLOB NOT NULL,
    jws BLOB NOT NULL,
    accepted_micros BIGINT NOT NULL,
    leaf BIGINT NOT NULL UNIQUE REFERENCES entry (leaf),
    status TEXT NOT NULL CHECK (status IN ('valid', 'suspended', 'revoked', 'replaced')),
    status_reason TEXT NOT NULL,
    status_micros BIGINT NOT NULL,
    status_leaf BIGINT NOT NULL REFERENCES entry (leaf),
    hmac BLOB NOT NULL,
    UNIQUE (organisation, reference)
);
INSERT INTO certificate SELECT * FROM certificate_before ORDER BY leaf;
DROP TABLE certificate_before;
CREATE INDEX certificate_of_organisation ON certificate (organisation, leaf);
CREATE INDEX certificate_not_valid ON certificate (status_leaf) WHERE status <> 'valid';
