-- What arXiv's answers tell of papers without telling enough.

-- Entries that name no paper. Each counts as a paper of its date that was announced and not published.
CREATE TABLE unreadable_papers (
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    payload_hash VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (digest, digest_date, payload_hash)
);

-- Old papers of other fields whose record changed on the day of a mailing, and nothing else says that it cross-listed
-- them: told, and claimed by no date.
CREATE TABLE perhaps_cross_listed (
    digest VARCHAR NOT NULL,
    identifier VARCHAR NOT NULL,
    announced_at TIMESTAMPTZ NOT NULL,
    digest_date DATE NOT NULL,
    title VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (digest, identifier)
);

-- The ledger: the papers that were announced, as they stood there before, and what is told besides.
ALTER VIEW ledger RENAME TO ledger_of_papers;
CREATE VIEW ledger AS
SELECT * FROM ledger_of_papers
UNION ALL BY NAME
SELECT
    digest, 'unreadable:' || payload_hash[1:12] AS identifier, recorded_at AS first_seen_at, source AS first_seen_by,
    digest_date, 'failed' AS status, 'unreadable: ' || reason AS reason
FROM unreadable_papers
UNION ALL BY NAME
SELECT
    digest, identifier, announced_at, 'cross' AS kind, 'oai' AS known_by, recorded_at AS first_seen_at,
    'oai' AS first_seen_by, 'perhaps cross-listed' AS status, reason
FROM perhaps_cross_listed;

COMMENT ON COLUMN unreadable_papers.digest IS 'the digest''s name';
COMMENT ON COLUMN unreadable_papers.digest_date IS 'the first date whose answers showed it';
COMMENT ON COLUMN unreadable_papers.payload_hash IS 'of the entry as received, in `entry_payloads`';
COMMENT ON COLUMN unreadable_papers.source IS 'api, feed, oai';
COMMENT ON COLUMN unreadable_papers.reason IS 'what it lacks';
COMMENT ON COLUMN unreadable_papers.recorded_at IS 'when it was stored, UTC';

COMMENT ON COLUMN perhaps_cross_listed.digest IS 'the digest''s name';
COMMENT ON COLUMN perhaps_cross_listed.identifier IS 'arXiv''s, without a version';
COMMENT ON COLUMN perhaps_cross_listed.announced_at IS 'the mailing that would have cross-listed it, UTC';
COMMENT ON COLUMN perhaps_cross_listed.digest_date IS 'whose answers showed it';
COMMENT ON COLUMN perhaps_cross_listed.title IS 'of its current version';
COMMENT ON COLUMN perhaps_cross_listed.reason IS 'why it is not taken for a cross-list';
COMMENT ON COLUMN perhaps_cross_listed.recorded_at IS 'when it was stored, UTC';
