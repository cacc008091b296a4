-- A day asks for what changed since the last good answer, where all of the look-back would be many pages.
ALTER TABLE fetches ADD COLUMN since TIMESTAMPTZ;
ALTER TABLE fetches ADD COLUMN total BIGINT;

COMMENT ON COLUMN fetches.since IS 'of the versions asked for, by submission; NULL: the whole window';
COMMENT ON COLUMN fetches.total IS 'how many papers the API counts in the window';
