-- Why a date that was asked for is not made yet, as its last run saw it.
CREATE TABLE open_dates (
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    reason VARCHAR NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (digest, digest_date)
);

COMMENT ON COLUMN open_dates.digest IS 'the digest''s name';
COMMENT ON COLUMN open_dates.digest_date IS 'the date of the post';
COMMENT ON COLUMN open_dates.reason IS 'why it was not made, for people';
COMMENT ON COLUMN open_dates.recorded_at IS 'when that was seen, UTC';
