-- Announced papers that no date has claimed: a date looks here for what it may take, and not through all papers that
-- were ever announced, so that its work is the same after ten years as on the first day.
CREATE TABLE open_papers (
    digest VARCHAR NOT NULL,
    identifier VARCHAR NOT NULL,
    PRIMARY KEY (digest, identifier)
);
INSERT INTO open_papers
SELECT a.digest, a.identifier
FROM announcements a
LEFT JOIN windowed_papers w ON w.digest = a.digest AND w.identifier = a.identifier
WHERE w.identifier IS NULL;
