-- How a certificate stands is asked for with every check, its sealed bytes once a process. They are base64: compressing
-- them would be in vain.
CREATE TABLE sealed_certificate (
    leaf BIGINT NOT NULL PRIMARY KEY,
    jws BYTEA NOT NULL
);
ALTER TABLE sealed_certificate ALTER COLUMN jws SET STORAGE EXTERNAL;
INSERT INTO sealed_certificate SELECT leaf, jws FROM certificate ORDER BY leaf;
ALTER TABLE certificate DROP COLUMN jws;
