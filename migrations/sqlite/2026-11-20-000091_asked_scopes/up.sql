-- What a person is asked to allow, with blanks between; null where that is what everybody is
-- asked.
ALTER TABLE authorizations ADD COLUMN scopes TEXT;
