-- What was read where the manifests of integrations are: the document as it came. It is read
-- only where the definitions of settings count, so it is not part of the integration's row.

CREATE TABLE manifests (
    organisation_id TEXT COLLATE "C" NOT NULL,
    integration_id TEXT COLLATE "C" NOT NULL,
    environment_id TEXT COLLATE "C" NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (organisation_id, integration_id),
    FOREIGN KEY (organisation_id, integration_id) REFERENCES integrations (organisation_id, id)
);

-- The list of custom integrations. All others are not in it, and cost nothing here.
CREATE INDEX integrations_custom_listed ON integrations (organisation_id, created_at, id)
    WHERE deleted_at IS NULL AND origin = 'custom';
