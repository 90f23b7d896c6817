ALTER TABLE certificate ADD COLUMN jws BYTEA;
UPDATE certificate SET jws = sealed_certificate.jws FROM sealed_certificate WHERE sealed_certificate.leaf = certificate.leaf;
ALTER TABLE certificate ALTER COLUMN jws SET NOT NULL;
DROP TABLE sealed_certificate;
