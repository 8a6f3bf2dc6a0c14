DROP TABLE leases;
ALTER TABLE integrations DROP COLUMN facts;
ALTER TABLE integrations DROP COLUMN grant_expires_at;
ALTER TABLE integrations DROP COLUMN grant_info;
ALTER TABLE integrations DROP COLUMN grant_key;
ALTER TABLE integrations DROP COLUMN grant_tokens;
