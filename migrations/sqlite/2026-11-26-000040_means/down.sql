ALTER TABLE presentation DROP COLUMN means;
