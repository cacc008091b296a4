-- The dates that somebody asked for: one whose run died before it did anything is still to be made when a later one was.
CREATE TABLE dates_asked (
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL,        -- first time
    PRIMARY KEY (digest, digest_date)
);
