-- How a certificate stands is asked for with every check, its sealed bytes once a process. They are base64: compressing
-- them would be in vain. Without a foreign key: the writer is the only door, and `audit verify` names bytes without a
-- certificate.
CREATE TABLE sealed_certificate (
    leaf BIGINT NOT NULL PRIMARY KEY,
    jws BYTEA NOT NULL
);
ALTER TABLE sealed_certificate ALTER COLUMN jws SET STORAGE EXTERNAL;
INSERT INTO sealed_certificate SELECT leaf, jws FROM certificate ORDER BY leaf;
ALTER TABLE certificate DROP COLUMN jws;
-- The table is written anew, or the bytes would stay in it for as long as its rows do.
CLUSTER certificate USING certificate_pkey;
