-- What each submission did to its slot, and the rows by which a correction differs from what it corrects.

ALTER TABLE submissions ADD COLUMN act TEXT NOT NULL DEFAULT 'whole'
    CHECK (act IN ('whole', 'correction', 'supplement', 'withdrawal', 'backfill'));
-- the submission it acted on
ALTER TABLE submissions ADD COLUMN acts_on TEXT REFERENCES submissions (submission_id);

CREATE INDEX submissions_by_slot ON submissions (feed, period, unit, submission_id);

-- Changed rows in the order in which they are listed, several per row. Row numbers and field names, never a value.
CREATE TABLE changes (
    submission_id TEXT NOT NULL REFERENCES intents (submission_id) ON DELETE CASCADE,
    first_no INTEGER NOT NULL,
    change_count INTEGER NOT NULL CHECK (change_count > 0),
    changes TEXT NOT NULL,
    PRIMARY KEY (submission_id, first_no)
) STRICT, WITHOUT ROWID;
