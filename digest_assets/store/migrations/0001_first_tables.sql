-- The first tables. All times are TIMESTAMPTZ and read back in UTC; a DATE is a digest date.
-- What arXiv said, the texts and the model's answers are shared by all digests of a store; the rest has a digest's name.

-- One row a request that ended, for good or ill.
CREATE TABLE fetches (
    fetch_id VARCHAR PRIMARY KEY,
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    source VARCHAR NOT NULL,              -- api, feed, oai
    scope VARCHAR NOT NULL,               -- the categories asked for, as cs.SD+eess.AS
    query VARCHAR NOT NULL,
    window_start TIMESTAMPTZ,             -- of the submissions asked for; NULL for a feed
    window_end TIMESTAMPTZ,
    fetched_at TIMESTAMPTZ NOT NULL,
    newest_mailing_at TIMESTAMPTZ,        -- the newest mailing of which it showed anything
    entry_count INTEGER NOT NULL,
    error VARCHAR                         -- NULL: complete
);

-- The entries as received, each content once.
CREATE TABLE entry_payloads (
    payload_hash VARCHAR PRIMARY KEY,
    payload VARCHAR NOT NULL
);

-- Every entry that a source returned for a digest date.
CREATE TABLE raw_feed_entries (
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    source VARCHAR NOT NULL,
    position INTEGER NOT NULL,            -- in the source's order
    identifier VARCHAR,                   -- NULL where the entry has none that can be read
    version INTEGER,
    kind VARCHAR,                         -- new, cross, replace, replace-cross; feeds only
    announced_at TIMESTAMPTZ,             -- the mailing; feeds only
    unreadable VARCHAR,                   -- what the entry lacks; NULL: nothing
    payload_hash VARCHAR NOT NULL,
    query VARCHAR NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (digest, digest_date, source, position)
);

-- The metadata of each version of a paper that any source returned.
CREATE TABLE papers (
    identifier VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    title VARCHAR NOT NULL,
    abstract VARCHAR NOT NULL,
    authors VARCHAR[] NOT NULL,
    categories VARCHAR[] NOT NULL,        -- primary first
    published_at TIMESTAMPTZ,             -- submission of v1; NULL where only a feed told of the paper
    updated_at TIMESTAMPTZ,
    comment VARCHAR,
    journal_ref VARCHAR,
    doi VARCHAR,
    licence VARCHAR,
    source VARCHAR NOT NULL,              -- of the fields above
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (identifier, version)
);

-- When each paper appeared in a digest's categories, and how that is known.
CREATE TABLE announcements (
    digest VARCHAR NOT NULL,
    identifier VARCHAR NOT NULL,
    announced_at TIMESTAMPTZ NOT NULL,
    kind VARCHAR NOT NULL,                -- new or cross
    known_by VARCHAR NOT NULL,            -- feed, oai, first_seen, inferred
    first_seen_at TIMESTAMPTZ NOT NULL,
    first_seen_by VARCHAR NOT NULL,
    PRIMARY KEY (digest, identifier)
);

-- The digest dates that were made: from then on what turns up for them goes to a later one.
CREATE TABLE digests (
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,         -- first time
    categories VARCHAR[] NOT NULL,        -- that were asked for then
    empty_reason VARCHAR,                 -- why it has no papers
    PRIMARY KEY (digest, digest_date)
);

-- The claims: a paper is in one digest date and no other.
CREATE TABLE windowed_papers (
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    identifier VARCHAR NOT NULL,
    version INTEGER NOT NULL,             -- that was current when it was claimed
    outcome VARCHAR NOT NULL,             -- kept, filtered
    reason VARCHAR,                       -- why it was filtered
    late BOOLEAN NOT NULL,                -- announced for an earlier date whose digest had been made
    in_window BOOLEAN NOT NULL,           -- submitted in the date's window
    withdrawn BOOLEAN NOT NULL,
    claimed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (digest, identifier)
);

-- The text of each version, fetched once for ever.
CREATE TABLE full_texts (
    identifier VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    source VARCHAR NOT NULL,              -- html, pdf, abstract
    reason VARCHAR,                       -- why no better source was used
    final BOOLEAN NOT NULL,               -- false: the reason may pass, and it is asked for again
    sections BLOB NOT NULL,               -- packed by reading/stored.py
    byte_count BIGINT NOT NULL,
    section_count INTEGER NOT NULL,
    formula_count INTEGER NOT NULL,
    table_count INTEGER NOT NULL,
    token_count INTEGER NOT NULL,
    licence VARCHAR,
    figure_url VARCHAR,
    figure_caption VARCHAR,
    fetched_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (identifier, version)
);

-- Every answer of a model, under the hash of what produced it: looked up before anything is asked.
CREATE TABLE model_answers (
    answer_key VARCHAR PRIMARY KEY,
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
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE translations (
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    identifier VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    language VARCHAR NOT NULL,
    status VARCHAR NOT NULL,              -- done, withheld, failed, not asked, budget
    reason VARCHAR,
    abstract VARCHAR,                     -- in `language`
    model VARCHAR,
    prompt_version VARCHAR,
    input_tokens BIGINT,
    output_tokens BIGINT,
    cached_tokens BIGINT,
    answer_key VARCHAR,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (digest, identifier)
);

CREATE TABLE summaries (
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    identifier VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    language VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    reason VARCHAR,
    background VARCHAR,
    method VARCHAR,
    results VARCHAR,
    text_source VARCHAR,
    model VARCHAR,
    prompt_version VARCHAR,
    input_tokens BIGINT,
    output_tokens BIGINT,
    cached_tokens BIGINT,
    answer_key VARCHAR,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (digest, identifier)
);

CREATE TABLE rendered_posts (
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    path VARCHAR,                         -- NULL: no papers, no post
    sha256 VARCHAR,
    announced INTEGER NOT NULL,           -- = published + filtered + failed
    published INTEGER NOT NULL,
    filtered INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    late INTEGER NOT NULL,
    rendered_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (digest, digest_date)
);

-- When the next request of a lane may start, for all processes that share the store.
CREATE TABLE paces (
    lane VARCHAR PRIMARY KEY,
    next_at TIMESTAMPTZ NOT NULL
);

-- The ledger, one row a paper that was announced: `SELECT status, reason, count(*) FROM ledger GROUP BY ALL`.
CREATE VIEW ledger AS
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
        WHEN w.identifier IS NULL THEN 'unclaimed'
        WHEN w.outcome = 'filtered' THEN 'filtered'
        WHEN p.sha256 IS NULL THEN 'claimed'
        WHEN t.status IN ('failed', 'budget') OR s.status IN ('failed', 'budget') THEN 'failed'
        ELSE 'published'
    END AS status,
    CASE
        WHEN w.outcome = 'filtered' THEN w.reason
        WHEN t.status IN ('failed', 'budget') THEN 'translation: ' || coalesce(t.reason, t.status)
        WHEN s.status IN ('failed', 'budget') THEN 'reading: ' || coalesce(s.reason, s.status)
    END AS reason
FROM announcements a
LEFT JOIN windowed_papers w ON w.digest = a.digest AND w.identifier = a.identifier
LEFT JOIN translations t ON t.digest = a.digest AND t.identifier = a.identifier
LEFT JOIN summaries s ON s.digest = a.digest AND s.identifier = a.identifier
LEFT JOIN rendered_posts p ON p.digest = w.digest AND p.digest_date = w.digest_date;
