DROP INDEX entry_of_declaration;
DROP TABLE presentation;
DROP TABLE follower;
DROP TABLE claim;
DROP TABLE declaration;
DROP TABLE certificate_line;
