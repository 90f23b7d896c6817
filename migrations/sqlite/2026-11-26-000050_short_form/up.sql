-- Certificates in short form, by the entry that accepted them: so that a process need not read again the sealed bytes that
-- it has verified. Nobody believes a row: a process knows by its digest what it made of the sealed bytes itself.
CREATE TABLE short_form (
    leaf INTEGER PRIMARY KEY NOT NULL,
    body BLOB NOT NULL
);
