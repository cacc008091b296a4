-- A date's papers in groups by topic, each group with a sentence that was written from its papers' gists, and checked.
CREATE TABLE overviews (
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    group_key VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    topic VARCHAR,
    are_cross_lists BOOLEAN NOT NULL,
    identifiers VARCHAR[] NOT NULL,
    language VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    reason VARCHAR,
    sentence VARCHAR,
    model VARCHAR,
    prompt_version VARCHAR,
    answer_key VARCHAR,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (digest, digest_date, group_key)
);

COMMENT ON COLUMN overviews.digest IS 'the digest''s name';
COMMENT ON COLUMN overviews.digest_date IS 'the date of the post';
COMMENT ON COLUMN overviews.group_key IS 'the topic''s key, or other; with +cross for cross-lists';
COMMENT ON COLUMN overviews.place IS 'among the groups of the date, from 1';
COMMENT ON COLUMN overviews.topic IS 'that its papers have in common; NULL: what is left over';
COMMENT ON COLUMN overviews.are_cross_lists IS 'whether its papers are, or are new submissions';
COMMENT ON COLUMN overviews.identifiers IS 'of its papers, in the order of the post';
COMMENT ON COLUMN overviews.language IS 'that was asked for';
COMMENT ON COLUMN overviews.status IS 'done, withheld, failed, not asked, budget, waiting';
COMMENT ON COLUMN overviews.reason IS 'why there is no sentence';
COMMENT ON COLUMN overviews.sentence IS 'what its papers do, each clause with their identifiers; NULL: its name alone is shown';
COMMENT ON COLUMN overviews.model IS 'that answered';
COMMENT ON COLUMN overviews.prompt_version IS 'that was asked with';
COMMENT ON COLUMN overviews.answer_key IS 'of the answer in `model_answers`, one for the whole date';
COMMENT ON COLUMN overviews.recorded_at IS 'when it was stored, UTC';
