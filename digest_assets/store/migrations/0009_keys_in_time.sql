-- Two tables were found by a hash alone, which says nothing of where in the history a row is. Each gets something beside
-- it that does, so that only the blocks of a date's own time are read.

-- When a payload was first stored: what a date's answers show was stored at the same time, or shortly before.
CREATE TABLE dated_payloads (
    payload_hash VARCHAR NOT NULL,
    payload VARCHAR NOT NULL,
    stored_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (payload_hash, stored_at)
);
INSERT INTO dated_payloads
SELECT p.payload_hash, p.payload, e.stored_at
FROM entry_payloads p
JOIN (SELECT payload_hash, min(fetched_at) AS stored_at FROM raw_feed_entries GROUP BY 1) e USING (payload_hash)
ORDER BY 3;
DROP TABLE entry_payloads;
ALTER TABLE dated_payloads RENAME TO entry_payloads;

-- The paper that an answer is about: identifiers go up with the years.
CREATE TABLE answers_about_papers (
    answer_key VARCHAR NOT NULL,          -- the hash of what produced it: model, parameters, prompt, input
    kind VARCHAR NOT NULL,                -- translation, reading
    identifier VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    model VARCHAR NOT NULL,
    prompt_version VARCHAR NOT NULL,
    answer VARCHAR NOT NULL,
    finish_reason VARCHAR,
    defects VARCHAR[] NOT NULL,           -- what the checks found
    input_tokens BIGINT,                  -- NULL: the endpoint did not say
    output_tokens BIGINT,
    cached_tokens BIGINT,
    created_at TIMESTAMPTZ NOT NULL,
    calls INTEGER DEFAULT 1,              -- unusable answers before it were billed too
    in_batch BOOLEAN DEFAULT false,       -- asked by a batch, which has its own price
    PRIMARY KEY (identifier, answer_key)
);
INSERT INTO answers_about_papers SELECT * FROM model_answers ORDER BY created_at;
DROP TABLE model_answers;
ALTER TABLE answers_about_papers RENAME TO model_answers;
