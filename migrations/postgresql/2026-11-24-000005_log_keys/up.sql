-- The public keys of the log, from its first rotation on: one in use, the others with the last size they signed.
CREATE TABLE log_key (
    key TEXT NOT NULL PRIMARY KEY,
    last_size BIGINT,
    leaf BIGINT NOT NULL REFERENCES entry (leaf),
    hmac BYTEA NOT NULL
);
