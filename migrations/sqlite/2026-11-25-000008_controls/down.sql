DROP TABLE control;
