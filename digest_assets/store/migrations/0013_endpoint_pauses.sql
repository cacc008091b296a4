-- Dates whose answers ended because the model's endpoint gave none, and when it is worth asking for them again.
CREATE TABLE endpoint_pauses (
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    until TIMESTAMPTZ NOT NULL,           -- from then on the date is due again
    reason VARCHAR NOT NULL,              -- what the endpoint said
    noted_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (digest, digest_date)
);

COMMENT ON COLUMN endpoint_pauses.digest IS 'the digest''s name';
COMMENT ON COLUMN endpoint_pauses.digest_date IS 'the date of the post';
COMMENT ON COLUMN endpoint_pauses.until IS 'from then on the date is due again, UTC';
COMMENT ON COLUMN endpoint_pauses.reason IS 'what the endpoint said';
COMMENT ON COLUMN endpoint_pauses.noted_at IS 'when it was stored, UTC';
