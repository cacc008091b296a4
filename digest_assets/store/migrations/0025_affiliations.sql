-- NULL for texts that were read before affiliations were: they are not fetched again for them.
ALTER TABLE full_texts ADD COLUMN affiliations VARCHAR[];

COMMENT ON COLUMN full_texts.affiliations IS 'institutions of the authors, in their order; only sure ones';
