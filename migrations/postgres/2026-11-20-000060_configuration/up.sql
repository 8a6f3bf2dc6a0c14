-- What an integration is configured with (JSON as it came: its order counts), whom it is for,
-- and the agent that it is linked to.

ALTER TABLE integrations ADD COLUMN configuration TEXT;
ALTER TABLE integrations ADD COLUMN visibility TEXT NOT NULL DEFAULT 'private';
ALTER TABLE integrations ADD COLUMN agent TEXT;
