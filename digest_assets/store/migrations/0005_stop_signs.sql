-- Sources that told us to stop (403, a captcha, a long Retry-After), and until when no run asks them.
CREATE TABLE stop_signs (
    source VARCHAR PRIMARY KEY,
    sign VARCHAR NOT NULL,                -- 403, captcha, 429, ...
    seen_at TIMESTAMPTZ NOT NULL,
    until TIMESTAMPTZ NOT NULL,
    times INTEGER NOT NULL                -- in a row: each time, the pause is twice as long
);
