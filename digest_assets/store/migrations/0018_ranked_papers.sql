-- What each paper of a date is worth to each interest of the settings, and why.
CREATE TABLE ranked_papers (
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    interest VARCHAR NOT NULL,
    identifier VARCHAR NOT NULL,
    score DOUBLE NOT NULL,
    rank INTEGER NOT NULL,
    is_chosen BOOLEAN NOT NULL,
    terms VARCHAR[] NOT NULL,
    own_paper VARCHAR NOT NULL,
    authors VARCHAR[] NOT NULL,
    PRIMARY KEY (digest, digest_date, interest, identifier)
);

COMMENT ON COLUMN ranked_papers.digest IS 'the digest''s name';
COMMENT ON COLUMN ranked_papers.digest_date IS 'that publishes the paper';
COMMENT ON COLUMN ranked_papers.interest IS 'its name in the settings';
COMMENT ON COLUMN ranked_papers.identifier IS 'arXiv''s, without a version';
COMMENT ON COLUMN ranked_papers.score IS 'standard deviations above what earlier papers score';
COMMENT ON COLUMN ranked_papers.rank IS 'among the papers of the date, from 1 on';
COMMENT ON COLUMN ranked_papers.is_chosen IS 'whether it is shown first';
COMMENT ON COLUMN ranked_papers.terms IS 'shared with the interest, those that say most first; of chosen papers';
COMMENT ON COLUMN ranked_papers.own_paper IS 'the reader''s own paper that it is most like; of chosen papers';
COMMENT ON COLUMN ranked_papers.authors IS 'of the paper, those whom the interest names';
