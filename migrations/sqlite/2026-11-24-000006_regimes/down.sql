DROP TABLE regime_edition;
DROP TABLE regime_document;
