-- What programs know an integration by, when it is the one to use (JSON), and what it connects to
-- where the catalogue does not know that.

ALTER TABLE integrations ADD COLUMN identifier TEXT;
ALTER TABLE integrations ADD COLUMN conditions TEXT;
ALTER TABLE integrations ADD COLUMN provider_name TEXT;
ALTER TABLE integrations ADD COLUMN provider_channel TEXT
    CHECK ((provider_name IS NULL) = (provider_channel IS NULL));

-- In which order the active integrations of a channel are used: one row for all of them, whose
-- version shows whoever changes it that it is as it was read. At most one is primary: the first.
CREATE TABLE rankings (
    organisation_id TEXT NOT NULL,
    environment_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    -- Ids, the first before all others, with a blank between them.
    members TEXT NOT NULL,
    has_primary BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (organisation_id, environment_id, channel),
    FOREIGN KEY (organisation_id, environment_id) REFERENCES environments (organisation_id, id)
);
