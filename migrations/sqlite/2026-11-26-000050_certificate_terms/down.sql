DROP TABLE certificate_terms;
