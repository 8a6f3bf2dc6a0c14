DROP TABLE rankings;
ALTER TABLE integrations DROP COLUMN provider_channel;
ALTER TABLE integrations DROP COLUMN provider_name;
ALTER TABLE integrations DROP COLUMN conditions;
ALTER TABLE integrations DROP COLUMN identifier;
