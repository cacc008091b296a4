-- What an answer cost, to the last call; and the batches that were submitted, so that none is submitted twice.

ALTER TABLE model_answers ADD COLUMN calls INTEGER DEFAULT 1;          -- unusable answers before it were billed too
ALTER TABLE model_answers ADD COLUMN in_batch BOOLEAN DEFAULT false;   -- asked by a batch, which has its own price

-- One row a batch. It is written before the endpoint is asked to begin, without `batch_id`: what a kill leaves behind
-- is looked for at the endpoint, by `submission_id`, which travels in the batch's metadata.
CREATE TABLE model_batches (
    submission_id VARCHAR PRIMARY KEY,
    batch_id VARCHAR,                     -- the endpoint's; NULL: not known to have begun
    base_url VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    submitted_at TIMESTAMPTZ NOT NULL,
    status VARCHAR NOT NULL,              -- submitting, then as the endpoint calls it
    request_count INTEGER NOT NULL,
    estimated_tokens BIGINT NOT NULL,
    collected_at TIMESTAMPTZ,             -- when its answers became rows; NULL: still to be collected
    error VARCHAR
);

-- What each batch asks for: a request that is under way in one batch is put into no other.
CREATE TABLE model_batch_requests (
    submission_id VARCHAR NOT NULL,
    answer_key VARCHAR NOT NULL,
    identifier VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    error VARCHAR,                        -- what the endpoint said where it gave no answer
    PRIMARY KEY (submission_id, answer_key)
);
