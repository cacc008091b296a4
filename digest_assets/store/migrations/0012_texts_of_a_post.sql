-- How many of a post's papers have what was asked for, so that a date whose answers were withheld is not called complete.
-- NULL for posts that were rendered before this was counted.
ALTER TABLE rendered_posts ADD COLUMN translations INTEGER;            -- of translations_wanted
ALTER TABLE rendered_posts ADD COLUMN translations_wanted INTEGER;     -- papers that were asked for one; 0 in English
ALTER TABLE rendered_posts ADD COLUMN readings INTEGER;                -- of readings_wanted
ALTER TABLE rendered_posts ADD COLUMN readings_wanted INTEGER;         -- papers that were asked for one
ALTER TABLE rendered_posts ADD COLUMN sentences_withheld INTEGER;      -- in the texts that are there
ALTER TABLE rendered_posts ADD COLUMN withheld INTEGER;                -- texts that were wrong twice, as a whole
