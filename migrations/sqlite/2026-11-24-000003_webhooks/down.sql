DROP TABLE lease;
DROP TABLE delivery;
DROP TABLE webhook;
