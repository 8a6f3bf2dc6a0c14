DROP TABLE installation;
DROP TABLE events;
DROP TABLE api_keys;
DROP TABLE unique_keys;
DROP TABLE integrations;
DROP TABLE environments;
DROP TABLE organisations;
