DROP INDEX integrations_custom_listed;
DROP TABLE manifests;
