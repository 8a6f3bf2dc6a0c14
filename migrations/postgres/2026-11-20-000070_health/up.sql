-- Whether integrations work, as far as their providers were asked, and when these are to be
-- asked next. Integrations whose provider cannot be asked have no row here.

CREATE TABLE health (
    organisation_id TEXT COLLATE "C" NOT NULL,
    integration_id TEXT COLLATE "C" NOT NULL,
    environment_id TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    since TIMESTAMP,
    class TEXT COLLATE "C",
    detail TEXT,
    checked_at TIMESTAMP,
    due_at TIMESTAMP,
    PRIMARY KEY (organisation_id, integration_id),
    FOREIGN KEY (organisation_id, integration_id) REFERENCES integrations (organisation_id, id)
);

CREATE INDEX health_due ON health (due_at) WHERE due_at IS NOT NULL;
