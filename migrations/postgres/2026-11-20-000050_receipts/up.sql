-- What is kept of requests that are to have their effect once. The id is made of the request:
-- the same again meets the row of the first. No foreign key: it would lock the organisation's
-- row with every such request.

CREATE TABLE receipts (
    organisation_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    -- The integration that the answer tells of; empty when it tells of none.
    integration_id TEXT COLLATE "C" NOT NULL DEFAULT '',
    state TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    content BYTEA NOT NULL,
    content_key TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (organisation_id, id)
);

-- They go with their integration, and after their time.
CREATE INDEX receipts_of_integration ON receipts (organisation_id, integration_id);
CREATE INDEX receipts_by_age ON receipts (created_at);
