-- What a department sent on a civil day in Asia/Shanghai: its quota of the day is counted here. Old days may go.
CREATE TABLE department_days (
    day TEXT NOT NULL,
    department TEXT NOT NULL,
    submissions INTEGER NOT NULL CHECK (submissions >= 0),
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    PRIMARY KEY (day, department)
) STRICT, WITHOUT ROWID;

-- One reminder of one duty by one way, and how it went. `round` is the number of accepted submissions of the slot when
-- it was due: a slot that was taken back may be reminded of again.
CREATE TABLE reminders (
    feed TEXT NOT NULL,
    period TEXT NOT NULL,
    unit TEXT NOT NULL,
    round INTEGER NOT NULL CHECK (round >= 0),
    stage TEXT NOT NULL CHECK (stage IN ('soon', 'late', 'escalated')),
    channel TEXT NOT NULL CHECK (channel IN ('mail', 'webhook')),
    attempts INTEGER NOT NULL CHECK (attempts > 0),
    sent_at TEXT,
    -- while it is not sent: the earliest next attempt, none when it was given up
    again_at TEXT,
    code TEXT,
    PRIMARY KEY (feed, period, unit, round, stage, channel),
    CHECK ((sent_at IS NOT NULL) <= (again_at IS NULL AND code IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER reminders_sent_stay BEFORE UPDATE ON reminders WHEN OLD.sent_at IS NOT NULL BEGIN
    SELECT RAISE (ABORT, 'a reminder that was sent stays sent');
END;
