-- What an exchange with a provider gave: tokens (sealed), what is known of them (JSON), their
-- end; and what the provider said of the connection (JSON).

ALTER TABLE integrations ADD COLUMN grant_tokens BYTEA
    CHECK (deleted_at IS NULL OR grant_tokens IS NULL);
ALTER TABLE integrations ADD COLUMN grant_key TEXT
    CHECK ((grant_tokens IS NULL) = (grant_key IS NULL));
ALTER TABLE integrations ADD COLUMN grant_info TEXT
    CHECK ((grant_tokens IS NULL) = (grant_info IS NULL));
ALTER TABLE integrations ADD COLUMN grant_expires_at TIMESTAMP
    CHECK (grant_expires_at IS NULL OR grant_tokens IS NOT NULL);
ALTER TABLE integrations ADD COLUMN facts TEXT;

-- What is done by one at a time: who does it, and when it ends by itself.
CREATE TABLE leases (
    organisation_id TEXT COLLATE "C" NOT NULL REFERENCES organisations (id),
    key TEXT COLLATE "C" NOT NULL,
    holder TEXT COLLATE "C" NOT NULL,
    until TIMESTAMP NOT NULL,
    PRIMARY KEY (organisation_id, key)
);
