DROP TABLE officer_session;
DROP TABLE officer_link;
DROP TABLE officer;
