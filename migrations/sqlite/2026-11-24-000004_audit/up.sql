-- Which entry erased the evidence of which.
CREATE TABLE erasure (
    leaf BIGINT NOT NULL PRIMARY KEY REFERENCES entry (leaf),
    erased_by BIGINT NOT NULL REFERENCES entry (leaf)
);
CREATE INDEX erasure_of_entry ON erasure (erased_by);

-- Ledger rows that an entry names only by their digest: ids and quantities. They are not evidence and are never
-- erased, so that the log still replays.
CREATE TABLE entry_rows (
    leaf BIGINT NOT NULL REFERENCES entry (leaf),
    name TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (leaf, name)
);

-- Evidence that must stay, whatever is asked.
CREATE TABLE legal_hold (
    id TEXT NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,
    reason TEXT NOT NULL,
    at_micros BIGINT NOT NULL,
    leaf BIGINT NOT NULL REFERENCES entry (leaf),
    hmac BLOB NOT NULL
);
