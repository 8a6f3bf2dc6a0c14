-- People who are to allow a connection at its provider. Of what they bring, link, state and
-- cookie, only the digests are here.
CREATE TABLE authorizations (
    organisation_id TEXT NOT NULL,
    id TEXT NOT NULL,
    environment_id TEXT NOT NULL,
    integration_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    begun_by TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    return_to TEXT,
    link BLOB NOT NULL,
    state BLOB,
    cookie BLOB CHECK ((state IS NULL) = (cookie IS NULL)),
    used_at TIMESTAMP,
    expires_at TIMESTAMP NOT NULL,
    PRIMARY KEY (organisation_id, id),
    FOREIGN KEY (organisation_id, integration_id) REFERENCES integrations (organisation_id, id)
);

-- A browser is known by what it brings alone.
CREATE UNIQUE INDEX authorizations_link ON authorizations (link);
CREATE UNIQUE INDEX authorizations_state ON authorizations (state) WHERE state IS NOT NULL;

-- They go with their integration, and after their time.
CREATE INDEX authorizations_of_integration ON authorizations (organisation_id, integration_id);
CREATE INDEX authorizations_by_end ON authorizations (expires_at);

-- Where the refreshing of grants stands. Each write counts its row's fence up: whoever knows
-- another one was overtaken. Grants of which nothing is refreshed have no row here.
CREATE TABLE token_refreshes (
    organisation_id TEXT NOT NULL,
    integration_id TEXT NOT NULL,
    environment_id TEXT NOT NULL,
    fence BIGINT NOT NULL,
    due_at TIMESTAMP,
    leased_until TIMESTAMP,
    attempt_at TIMESTAMP,
    attempt_spent BLOB CHECK ((attempt_at IS NULL) = (attempt_spent IS NULL)),
    previous BLOB,
    previous_key TEXT CHECK ((previous IS NULL) = (previous_key IS NULL)),
    failures BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, integration_id),
    FOREIGN KEY (organisation_id, integration_id) REFERENCES integrations (organisation_id, id)
);

CREATE INDEX token_refreshes_due ON token_refreshes (due_at) WHERE due_at IS NOT NULL;
