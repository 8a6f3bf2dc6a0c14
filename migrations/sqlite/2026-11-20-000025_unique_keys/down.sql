CREATE INDEX unique_keys_of_integration ON unique_keys (organisation_id, integration_id);
