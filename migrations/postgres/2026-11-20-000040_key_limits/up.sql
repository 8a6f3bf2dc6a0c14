-- How many requests a key may make in a minute; without one, as many as the installation says.

ALTER TABLE api_keys ADD COLUMN requests_per_minute INTEGER CHECK (requests_per_minute >= 1);
