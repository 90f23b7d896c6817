ALTER TABLE officer DROP COLUMN auditor;
