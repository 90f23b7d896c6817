DROP INDEX certificate_not_valid;
