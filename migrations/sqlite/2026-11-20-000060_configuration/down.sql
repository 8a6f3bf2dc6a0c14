ALTER TABLE integrations DROP COLUMN agent;
ALTER TABLE integrations DROP COLUMN visibility;
ALTER TABLE integrations DROP COLUMN configuration;
