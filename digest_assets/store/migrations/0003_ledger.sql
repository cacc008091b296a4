-- What the ledger needs beside the first tables.

-- For announcements that are only inferred: the last mailing they may have been in. NULL: there is no doubt.
ALTER TABLE announcements ADD COLUMN latest_at TIMESTAMPTZ;

-- Whether the announcements that a request showed were recorded. A run that died in between leaves it false, and what
-- such a request returned does not count as seen.
ALTER TABLE fetches ADD COLUMN resolved BOOLEAN DEFAULT FALSE;
UPDATE fetches SET resolved = digest_date IN (SELECT d.digest_date FROM digests d WHERE d.digest = fetches.digest);

-- What each post showed, by date: unlike the claims, nothing keeps a paper from standing here twice.
CREATE TABLE published_papers (
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    identifier VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    published_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (digest, digest_date, identifier)
);
INSERT INTO published_papers
SELECT w.digest, w.digest_date, w.identifier, w.version, p.rendered_at
FROM windowed_papers w
JOIN rendered_posts p USING (digest, digest_date)
WHERE w.outcome = 'kept' AND p.sha256 IS NOT NULL;

-- Papers that a date had no room for and passed on to the next (filters.capped = "offer").
CREATE TABLE passed_on (
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    identifier VARCHAR NOT NULL,
    PRIMARY KEY (digest, digest_date, identifier)
);

-- Later versions of papers that an earlier date claimed, each listed by one date.
CREATE TABLE paper_updates (
    digest VARCHAR NOT NULL,
    identifier VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    digest_date DATE NOT NULL,            -- that lists it
    claimed_date DATE NOT NULL,           -- that published the paper
    claimed_version INTEGER NOT NULL,     -- which was current then
    abstract_changed BOOLEAN NOT NULL,    -- title or abstract, beyond spaces
    withdrawn BOOLEAN NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (digest, identifier, version)
);

-- Dates that a sensor asked for again because they do not balance.
CREATE TABLE retries (
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    asked INTEGER NOT NULL,               -- how often
    last_asked_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (digest, digest_date)
);

-- The ledger, one row a paper that was announced: `SELECT status, reason, count(*) FROM ledger GROUP BY ALL`.
CREATE OR REPLACE VIEW ledger AS
SELECT
    a.digest,
    a.identifier,
    a.announced_at,
    a.kind,
    a.known_by,
    a.first_seen_at,
    a.first_seen_by,
    w.digest_date,
    w.version,
    w.late,
    CASE
        WHEN w.identifier IS NULL AND o.identifier IS NOT NULL THEN 'passed on'
        WHEN w.identifier IS NULL THEN 'unclaimed'
        WHEN w.outcome = 'filtered' THEN 'filtered'
        WHEN p.sha256 IS NULL THEN 'claimed'
        WHEN t.status IN ('failed', 'budget') OR s.status IN ('failed', 'budget') THEN 'failed'
        ELSE 'published'
    END AS status,
    CASE
        WHEN w.identifier IS NULL AND o.identifier IS NOT NULL THEN 'cap'
        WHEN w.outcome = 'filtered' THEN w.reason
        WHEN t.status IN ('failed', 'budget') THEN 'translation: ' || coalesce(t.reason, t.status)
        WHEN s.status IN ('failed', 'budget') THEN 'reading: ' || coalesce(s.reason, s.status)
    END AS reason
FROM announcements a
LEFT JOIN windowed_papers w ON w.digest = a.digest AND w.identifier = a.identifier
LEFT JOIN translations t ON t.digest = a.digest AND t.identifier = a.identifier
LEFT JOIN summaries s ON s.digest = a.digest AND s.identifier = a.identifier
LEFT JOIN rendered_posts p ON p.digest = w.digest AND p.digest_date = w.digest_date
LEFT JOIN (SELECT DISTINCT digest, identifier FROM passed_on) o ON o.digest = a.digest AND o.identifier = a.identifier;
