-- How many of a post's papers have what was asked for, so that a date whose answers were withheld is not called complete.
-- NULL for posts that were rendered before this was counted.
ALTER TABLE rendered_posts ADD COLUMN translations INTEGER;
ALTER TABLE rendered_posts ADD COLUMN translations_wanted INTEGER;
ALTER TABLE rendered_posts ADD COLUMN readings INTEGER;
ALTER TABLE rendered_posts ADD COLUMN readings_wanted INTEGER;
ALTER TABLE rendered_posts ADD COLUMN sentences_withheld INTEGER;
ALTER TABLE rendered_posts ADD COLUMN withheld INTEGER;

COMMENT ON COLUMN rendered_posts.translations IS 'of translations_wanted';
COMMENT ON COLUMN rendered_posts.translations_wanted IS 'papers that were asked for one; 0 in English';
COMMENT ON COLUMN rendered_posts.readings IS 'of readings_wanted';
COMMENT ON COLUMN rendered_posts.readings_wanted IS 'papers that were asked for one';
COMMENT ON COLUMN rendered_posts.sentences_withheld IS 'in the texts that are there';
COMMENT ON COLUMN rendered_posts.withheld IS 'texts that were wrong twice, as a whole';
