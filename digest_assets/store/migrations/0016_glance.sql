-- What readers take in first of a paper: written in the same call as its translation, each piece checked by itself.

ALTER TABLE translations ADD COLUMN translated_title VARCHAR;
ALTER TABLE translations ADD COLUMN gist VARCHAR;
ALTER TABLE translations ADD COLUMN topics VARCHAR[];

COMMENT ON COLUMN translations.translated_title IS 'of the paper, translated; NULL: nobody was asked, or it was wrong';
COMMENT ON COLUMN translations.gist IS 'one sentence: what is new and what came out; NULL as for translated_title';
COMMENT ON COLUMN translations.topics IS 'keys of the field''s topics, at most two; NULL as for translated_title';
