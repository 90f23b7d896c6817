-- The head of the register: one row, locked first by every batch.
CREATE TABLE head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    origin TEXT NOT NULL,
    size BIGINT NOT NULL CHECK (size >= 0),
    root BYTEA NOT NULL,
    epoch BIGINT NOT NULL,
    time_micros BIGINT NOT NULL
);

-- The log: an entry is the exact bytes that were hashed; the other columns only find it.
CREATE TABLE entry (
    leaf BIGINT NOT NULL PRIMARY KEY CHECK (leaf >= 0),
    at_micros BIGINT NOT NULL,
    kind TEXT NOT NULL,
    organisation TEXT NOT NULL,
    decision TEXT NOT NULL,
    certificate TEXT,
    mrn TEXT,
    office TEXT,
    body BYTEA NOT NULL
);

-- What an entry was decided on, erasable: the entry holds only its salted digest.
CREATE TABLE evidence (
    leaf BIGINT NOT NULL PRIMARY KEY,
    salt BYTEA NOT NULL,
    body BYTEA NOT NULL
);

-- Hash tiles of height 8 (C2SP tlog-tiles): full ones and the right edge.
CREATE TABLE tile (
    level INTEGER NOT NULL,
    position BIGINT NOT NULL,
    hashes BYTEA NOT NULL,
    PRIMARY KEY (level, position)
);

CREATE TABLE certificate (
    number TEXT NOT NULL PRIMARY KEY,
    organisation TEXT NOT NULL,
    reference TEXT NOT NULL,
    digest BYTEA NOT NULL,
    jws BYTEA NOT NULL,
    accepted_micros BIGINT NOT NULL,
    leaf BIGINT NOT NULL UNIQUE REFERENCES entry (leaf),
    status TEXT NOT NULL CHECK (status IN ('valid', 'suspended', 'revoked', 'replaced')),
    status_reason TEXT NOT NULL,
    status_micros BIGINT NOT NULL,
    status_leaf BIGINT NOT NULL REFERENCES entry (leaf),
    hmac BYTEA NOT NULL,
    UNIQUE (organisation, reference)
);
CREATE INDEX certificate_of_organisation ON certificate (organisation, leaf);

CREATE TABLE manufacturer (
    organisation TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    identifiers TEXT NOT NULL,
    scope TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'suspended')),
    leaf BIGINT NOT NULL REFERENCES entry (leaf),
    hmac BYTEA NOT NULL
);

CREATE TABLE client (
    fingerprint TEXT NOT NULL PRIMARY KEY,
    organisation TEXT NOT NULL,
    label TEXT NOT NULL,
    grants TEXT NOT NULL,
    not_after_micros BIGINT NOT NULL,
    revoked_micros BIGINT,
    leaf BIGINT NOT NULL REFERENCES entry (leaf),
    hmac BYTEA NOT NULL
);

CREATE TABLE anchor (
    fingerprint TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    der BYTEA NOT NULL,
    distrusted_micros BIGINT,
    leaf BIGINT NOT NULL REFERENCES entry (leaf),
    hmac BYTEA NOT NULL
);

-- Every version of every list of revoked seal certificates; the newest leaf of an issuer is in force.
CREATE TABLE crl (
    leaf BIGINT NOT NULL PRIMARY KEY REFERENCES entry (leaf),
    issuer TEXT NOT NULL,
    der BYTEA NOT NULL,
    next_update_micros BIGINT NOT NULL
);
CREATE INDEX crl_of_issuer ON crl (issuer, leaf);
