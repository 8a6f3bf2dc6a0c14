-- Label/value pairs of integrations. A secret value is sealed, every other one is plain.

CREATE TABLE settings (
    organisation_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    environment_id TEXT COLLATE "C" NOT NULL,
    integration_id TEXT COLLATE "C" NOT NULL,
    -- The one chat channel that it is for; empty for the integration as a whole, because in a
    -- unique index no two NULLs are alike.
    channel TEXT COLLATE "C" NOT NULL DEFAULT '',
    label TEXT COLLATE "C" NOT NULL,
    value TEXT,
    sealed BYTEA,
    sealed_key TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (organisation_id, id),
    FOREIGN KEY (organisation_id, integration_id) REFERENCES integrations (organisation_id, id),
    CHECK ((value IS NULL) <> (sealed IS NULL)),
    CHECK ((sealed IS NULL) = (sealed_key IS NULL))
);

-- What no two settings of an integration, or of one channel of it, share. Channel and label have
-- 255 characters at the most: a row of this index always fits into its page.
CREATE UNIQUE INDEX settings_labels ON settings (organisation_id, integration_id, channel, label);

-- The lists: of an integration as a whole, and of one channel of it.
CREATE INDEX settings_listed ON settings (organisation_id, integration_id, channel, created_at, id);
