-- When what a date shows last changed: feeds say it, and a delivery is due for it.
CREATE TABLE site_dates (
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    fingerprint VARCHAR NOT NULL,         -- of everything that the date's page is made of
    changed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (digest, digest_date)
);

-- What was sent to whom: one row a date, content and receiver. A failed try is a row, too, until it succeeds.
CREATE TABLE deliveries (
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    receiver VARCHAR NOT NULL,            -- a hash of its address, which is a secret
    kind VARCHAR NOT NULL,                -- its service, as apprise calls it
    content VARCHAR NOT NULL,             -- a hash of what is worth telling
    tries INTEGER NOT NULL,
    tried_at TIMESTAMPTZ NOT NULL,
    delivered_at TIMESTAMPTZ,             -- NULL: not yet
    error VARCHAR,
    PRIMARY KEY (digest, digest_date, receiver)
);
