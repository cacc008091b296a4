-- A text that nobody could be asked for, because no key is set, is missing: a run with a key goes on with it. Until now
-- it counted as one that was not wanted.
CREATE OR REPLACE VIEW ledger_of_papers AS
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
        WHEN t.status IN ('failed', 'budget', 'no key', 'waiting') OR s.status IN ('failed', 'budget', 'no key', 'waiting')
        THEN 'failed'
        ELSE 'published'
    END AS status,
    CASE
        WHEN w.identifier IS NULL AND o.identifier IS NOT NULL THEN 'cap'
        WHEN w.outcome = 'filtered' THEN w.reason
        WHEN t.status IN ('failed', 'budget', 'no key', 'waiting') THEN 'translation: ' || coalesce(t.reason, t.status)
        WHEN s.status IN ('failed', 'budget', 'no key', 'waiting') THEN 'reading: ' || coalesce(s.reason, s.status)
        -- Published, and not all of it: what a check found, and whether the text was withheld, sentences of it, or none.
        WHEN t.status = 'withheld' OR s.status = 'withheld' OR (t.status = 'done' AND t.reason IS NOT NULL)
             OR (s.status = 'done' AND s.reason IS NOT NULL)
        THEN concat_ws('; ',
            CASE WHEN t.status = 'withheld' THEN 'translation withheld: ' || coalesce(t.reason, 'it has defects')
                 WHEN t.status = 'done' AND t.sentences_withheld > 0
                 THEN 'translation with ' || t.sentences_withheld || ' in the original: ' || coalesce(t.reason, '')
                 WHEN t.status = 'done' AND t.reason IS NOT NULL THEN 'translation flagged: ' || t.reason END,
            CASE WHEN s.status = 'withheld' THEN 'reading withheld: ' || coalesce(s.reason, 'it has defects')
                 WHEN s.status = 'done' AND s.sentences_withheld > 0
                 THEN 'reading without ' || s.sentences_withheld || ' sentences: ' || coalesce(s.reason, '')
                 WHEN s.status = 'done' AND s.reason IS NOT NULL THEN 'reading flagged: ' || s.reason END)
    END AS reason
FROM announcements a
LEFT JOIN windowed_papers w ON w.digest = a.digest AND w.identifier = a.identifier
LEFT JOIN translations t ON t.digest = a.digest AND t.identifier = a.identifier
LEFT JOIN summaries s ON s.digest = a.digest AND s.identifier = a.identifier
LEFT JOIN rendered_posts p ON p.digest = w.digest AND p.digest_date = w.digest_date
LEFT JOIN (SELECT DISTINCT digest, identifier FROM passed_on) o ON o.digest = a.digest AND o.identifier = a.identifier;

COMMENT ON COLUMN translations.status IS 'done, withheld, failed, not asked, no key, budget, waiting';
COMMENT ON COLUMN summaries.status IS 'done, withheld, failed, not asked, no key, budget, waiting';
