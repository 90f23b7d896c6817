-- What officers found at the border: a row for each certificate concerned, '' where none is known. What they wrote is
-- evidence of the entry; here are ids and codes.
CREATE TABLE control (
    organisation TEXT NOT NULL,
    id TEXT NOT NULL,
    certificate TEXT NOT NULL,
    mrn TEXT,
    office TEXT NOT NULL,
    officer TEXT NOT NULL,
    result TEXT NOT NULL CHECK (result IN ('released', 'held', 'secondLook')),
    findings TEXT NOT NULL,
    answers TEXT,
    explained INTEGER NOT NULL,
    conflicts TEXT NOT NULL,
    offline INTEGER NOT NULL,
    content TEXT NOT NULL,
    recorded_micros BIGINT NOT NULL,
    at_micros BIGINT NOT NULL,
    leaf BIGINT NOT NULL,
    hmac BYTEA NOT NULL,
    PRIMARY KEY (organisation, id, certificate)
);
CREATE INDEX control_of_certificate ON control (certificate, recorded_micros);
CREATE INDEX control_of_declaration ON control (mrn, leaf);
CREATE INDEX control_of_office ON control (organisation, result, office, leaf);
CREATE INDEX control_answering ON control (organisation, answers);
