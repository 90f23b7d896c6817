-- Where an organisation wants to be told.
CREATE TABLE webhook (
    id TEXT NOT NULL PRIMARY KEY,
    organisation TEXT NOT NULL,
    url TEXT NOT NULL,
    secret BYTEA NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'stopped')),
    reason TEXT NOT NULL,
    leaf BIGINT NOT NULL REFERENCES entry (leaf),
    hmac BYTEA NOT NULL
);

-- The outbox: written with the change it tells of; the body is sent byte for byte.
CREATE TABLE delivery (
    id TEXT NOT NULL PRIMARY KEY,
    webhook TEXT NOT NULL REFERENCES webhook (id),
    leaf BIGINT NOT NULL REFERENCES entry (leaf),
    body TEXT NOT NULL,
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    next_micros BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    last_error TEXT NOT NULL
);
CREATE INDEX delivery_due ON delivery (state, next_micros);
CREATE INDEX delivery_of_webhook ON delivery (webhook);

-- Work that one process does for all, until a moment.
CREATE TABLE lease (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until_micros BIGINT NOT NULL
);
