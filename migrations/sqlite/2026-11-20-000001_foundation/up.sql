-- Ids and JSON are text; times are in UTC with microseconds. Every key and index leads with
-- the organisation, but for those that find an organisation by something else.

CREATE TABLE organisations (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- No foreign key: an organisation and its default environment are made together.
    default_environment_id TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE environments (
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (organisation_id, id)
);

-- One tree for rows and key: a row is found in one descent, and a new one touches fewer pages.
CREATE TABLE integrations (
    organisation_id TEXT NOT NULL,
    id TEXT NOT NULL,
    environment_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    origin TEXT NOT NULL,
    status TEXT NOT NULL,
    manifest_url TEXT,
    manifest_app TEXT,
    credentials BLOB,
    credentials_key TEXT,
    unique_rules TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    deleted_at TIMESTAMP,
    deleted_by TEXT,
    PRIMARY KEY (organisation_id, id),
    FOREIGN KEY (organisation_id, environment_id) REFERENCES environments (organisation_id, id),
    CHECK ((credentials IS NULL) = (credentials_key IS NULL)),
    CHECK ((deleted_at IS NULL) = (deleted_by IS NULL)),
    CHECK (deleted_at IS NULL OR credentials IS NULL)
) WITHOUT ROWID;

-- The lists: of an organisation, and of one of its environments.
CREATE INDEX integrations_listed ON integrations (organisation_id, created_at, id)
    WHERE deleted_at IS NULL;
CREATE INDEX integrations_listed_by_environment
    ON integrations (organisation_id, environment_id, created_at, id)
    WHERE deleted_at IS NULL;

-- What no two live integrations of an organisation share.
CREATE TABLE unique_keys (
    organisation_id TEXT NOT NULL,
    key TEXT NOT NULL,
    integration_id TEXT NOT NULL,
    PRIMARY KEY (organisation_id, key),
    FOREIGN KEY (organisation_id, integration_id) REFERENCES integrations (organisation_id, id)
) WITHOUT ROWID;

CREATE INDEX unique_keys_of_integration ON unique_keys (organisation_id, integration_id);

CREATE TABLE api_keys (
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    id TEXT NOT NULL,
    environment_id TEXT,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash BLOB NOT NULL,
    permissions TEXT NOT NULL,
    expires_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    last_used_at TIMESTAMP,
    revoked_at TIMESTAMP,
    PRIMARY KEY (organisation_id, id),
    FOREIGN KEY (organisation_id, environment_id) REFERENCES environments (organisation_id, id)
);

-- A caller is known by its key alone.
CREATE UNIQUE INDEX api_keys_hash ON api_keys (hash);
CREATE UNIQUE INDEX api_keys_id ON api_keys (id);

-- No foreign key: it would lock the organisation's row with every change.
-- One tree instead of two: it is written with every change and read in the order of its key.
CREATE TABLE events (
    organisation_id TEXT NOT NULL,
    id TEXT NOT NULL,
    environment_id TEXT,
    actor TEXT NOT NULL,
    event_type TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (organisation_id, id)
) WITHOUT ROWID;

-- One row: what shows at start-up whether the master keys are the right ones.
CREATE TABLE installation (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    canary BLOB NOT NULL,
    canary_key TEXT NOT NULL
);
