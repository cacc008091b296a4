-- What runs are asking the model for now, so that two of them do not ask for one answer.
CREATE TABLE calls_under_way (
    answer_key VARCHAR PRIMARY KEY,
    owner VARCHAR NOT NULL,
    beat BIGINT NOT NULL
);

COMMENT ON COLUMN calls_under_way.answer_key IS 'of the answer that is asked for';
COMMENT ON COLUMN calls_under_way.owner IS 'the run that asks: the name of its journal';
COMMENT ON COLUMN calls_under_way.beat IS 'grows for as long as that run lives';
