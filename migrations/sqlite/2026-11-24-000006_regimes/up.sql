-- Regimes, goods lists, statement sets and tables: every version, for ever.
CREATE TABLE regime_document (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version TEXT NOT NULL,
    place BIGINT NOT NULL CHECK (place >= 0),
    digest TEXT NOT NULL,
    body TEXT NOT NULL,
    leaf BIGINT NOT NULL REFERENCES entry (leaf),
    hmac BLOB NOT NULL,
    PRIMARY KEY (kind, id, version)
);

-- What a load left: the digest that stands for every document there was then. A document that is gone is missed.
CREATE TABLE regime_edition (
    leaf BIGINT NOT NULL PRIMARY KEY REFERENCES entry (leaf),
    digest TEXT NOT NULL,
    hmac BLOB NOT NULL
);
