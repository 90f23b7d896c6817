-- What stands for all callers, and for the rest of the registry; and an HMAC over the whole head, so that none of it is
-- put back as it once was.
ALTER TABLE head ADD COLUMN callers BLOB NOT NULL DEFAULT X'';
ALTER TABLE head ADD COLUMN registry BLOB NOT NULL DEFAULT X'';
ALTER TABLE head ADD COLUMN hmac BLOB NOT NULL DEFAULT X'';

-- What set the status of certificates: a row that was put back as it once was is older than the log says. Few entries
-- are in it, so that it costs the others nothing.
CREATE INDEX entry_of_status ON entry (certificate, leaf)
    WHERE kind IN ('certificateSuspended', 'certificateResumed', 'certificateRevoked');
