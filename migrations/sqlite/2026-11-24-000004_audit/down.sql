DROP TABLE legal_hold;
DROP TABLE entry_rows;
DROP TABLE erasure;
