DROP TABLE token_refreshes;
DROP TABLE authorizations;
