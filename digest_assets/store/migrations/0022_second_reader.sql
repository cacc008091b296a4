-- What was taken off an answer before it was judged, and how many sentences of a post a second reader doubts.

ALTER TABLE model_answers ADD COLUMN repairs VARCHAR[];
ALTER TABLE rendered_posts ADD COLUMN sentences_doubted INTEGER;

COMMENT ON COLUMN model_answers.repairs IS 'taken off before it was judged: thoughts, fence, ...; NULL: not known';
COMMENT ON COLUMN rendered_posts.sentences_doubted IS 'by a second reader, in the texts that are there';
COMMENT ON COLUMN translations.pairs IS 'JSON: [source, said, whether the source is shown instead, doubt if any]';
COMMENT ON COLUMN summaries.sentences IS 'JSON, a part each: [text, paragraphs, whether it says something, doubt if any]';
