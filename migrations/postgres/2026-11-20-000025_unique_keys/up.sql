-- Whoever gives up a key knows it: none is looked for by its integration any more.

DROP INDEX unique_keys_of_integration;
