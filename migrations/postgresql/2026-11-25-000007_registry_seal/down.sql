DROP INDEX entry_of_status;
ALTER TABLE head DROP COLUMN callers;
ALTER TABLE head DROP COLUMN registry;
ALTER TABLE head DROP COLUMN hmac;
