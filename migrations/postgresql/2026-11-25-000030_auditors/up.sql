-- People of an organisation that audits sign in too: they read the log, and nothing else.
ALTER TABLE officer ADD COLUMN auditor INTEGER NOT NULL DEFAULT 0;
