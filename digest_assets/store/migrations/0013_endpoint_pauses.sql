-- Dates whose answers ended because the model's endpoint gave none, and when it is worth asking for them again.
CREATE TABLE endpoint_pauses (
    digest VARCHAR NOT NULL,
    digest_date DATE NOT NULL,
    until TIMESTAMPTZ NOT NULL,           -- from then on the date is due again
    reason VARCHAR NOT NULL,              -- what the endpoint said
    noted_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (digest, digest_date)
);
