-- People of customs who sign in with a browser. The name stands here and in evidence, nowhere else.
CREATE TABLE officer (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    organisation TEXT NOT NULL,
    office TEXT NOT NULL,
    language TEXT NOT NULL,
    supervisor INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'suspended')),
    fingerprint TEXT,
    not_after_micros BIGINT,
    leaf BIGINT NOT NULL REFERENCES entry (leaf),
    hmac BLOB NOT NULL
);

-- One-time links: the secret itself is nowhere. Used ones stay, so that a second use is recognised.
CREATE TABLE officer_link (
    id TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    officer TEXT NOT NULL,
    until_micros BIGINT NOT NULL,
    used_micros BIGINT,
    refused INTEGER NOT NULL CHECK (refused >= 0),
    leaf BIGINT NOT NULL REFERENCES entry (leaf),
    hmac BLOB NOT NULL
);
CREATE INDEX officer_link_of_officer ON officer_link (officer);

-- Who is signed in: the SHA-256 of what the browser's cookie holds.
CREATE TABLE officer_session (
    digest TEXT NOT NULL PRIMARY KEY,
    officer TEXT NOT NULL,
    began_micros BIGINT NOT NULL,
    used_micros BIGINT NOT NULL,
    fingerprint TEXT,
    pin BLOB,
    wrong_pins INTEGER NOT NULL CHECK (wrong_pins >= 0),
    parked INTEGER NOT NULL,
    hmac BLOB NOT NULL
);
CREATE INDEX officer_session_of_officer ON officer_session (officer);
