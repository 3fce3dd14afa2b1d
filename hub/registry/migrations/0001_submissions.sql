-- Submissions from intent to receipt, what each slot holds, and the order in which feed tables changed.
-- Instants are RFC 3339 texts in UTC with microseconds, so that they sort as texts.

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- One row per arrival that got as far as a verdict. `body` holds what is needed to finish after a crash and is
-- emptied when the intent closes: it may be long.
CREATE TABLE intents (
    submission_id TEXT PRIMARY KEY,
    feed TEXT NOT NULL,
    period TEXT NOT NULL,
    unit TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'settled', 'aborted')),
    sender TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    zero INTEGER NOT NULL CHECK (zero IN (0, 1)),
    body TEXT,
    code TEXT,
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    CHECK ((state = 'open') = (closed_at IS NULL)),
    CHECK (state <> 'open' OR body IS NOT NULL),
    CHECK ((state = 'aborted') = (code IS NOT NULL))
) STRICT;

-- A slot settles one submission at a time.
CREATE UNIQUE INDEX intents_open_per_slot ON intents (feed, period, unit) WHERE state = 'open';

CREATE TABLE idempotency_keys (
    department TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    submission_id TEXT NOT NULL REFERENCES intents (submission_id),
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (department, idempotency_key)
) STRICT;

CREATE INDEX idempotency_keys_by_submission ON idempotency_keys (submission_id);

CREATE TABLE submissions (
    submission_id TEXT PRIMARY KEY REFERENCES intents (submission_id),
    feed TEXT NOT NULL,
    period TEXT NOT NULL,
    unit TEXT NOT NULL,
    department TEXT NOT NULL,
    sender TEXT NOT NULL,
    verdict TEXT NOT NULL,
    revision INTEGER,
    sha256 TEXT NOT NULL,
    zero INTEGER NOT NULL CHECK (zero IN (0, 1)),
    report TEXT NOT NULL,
    settled_at TEXT NOT NULL,
    UNIQUE (feed, period, unit, revision),
    CHECK ((verdict = 'rejected') = (revision IS NULL))
) STRICT;

CREATE INDEX submissions_by_department ON submissions (department, submission_id);
CREATE INDEX submissions_by_feed ON submissions (feed, period, submission_id);

CREATE TABLE receipts (
    submission_id TEXT PRIMARY KEY REFERENCES submissions (submission_id),
    -- the audit entry that the receipt names
    entry INTEGER NOT NULL,
    receipt TEXT NOT NULL
) STRICT;

CREATE INDEX receipts_by_entry ON receipts (entry);

-- What each slot holds now. Rejected submissions never come here.
CREATE TABLE slots (
    feed TEXT NOT NULL,
    period TEXT NOT NULL,
    unit TEXT NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    submission_id TEXT NOT NULL REFERENCES submissions (submission_id),
    PRIMARY KEY (feed, period, unit)
) STRICT, WITHOUT ROWID;

-- One step of the lake: after `seq`, table `feed` stands at `version`. "As of seq" over several tables takes each
-- table's highest version up to there.
CREATE TABLE lake_seq (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    feed TEXT NOT NULL,
    version INTEGER NOT NULL,
    submission_id TEXT NOT NULL UNIQUE REFERENCES submissions (submission_id),
    settled_at TEXT NOT NULL,
    UNIQUE (feed, version)
) STRICT;

-- Findings as the checker gave them, several per row: a bad file has tens of thousands.
CREATE TABLE findings (
    submission_id TEXT NOT NULL REFERENCES intents (submission_id) ON DELETE CASCADE,
    first_no INTEGER NOT NULL,
    finding_count INTEGER NOT NULL CHECK (finding_count > 0),
    findings TEXT NOT NULL,
    PRIMARY KEY (submission_id, first_no)
) STRICT, WITHOUT ROWID;

-- What was settled stays as it was settled.
CREATE TRIGGER submissions_stay BEFORE UPDATE ON submissions BEGIN
    SELECT RAISE (ABORT, 'a settled submission does not change');
END;
CREATE TRIGGER submissions_are_kept BEFORE DELETE ON submissions BEGIN
    SELECT RAISE (ABORT, 'a settled submission is kept');
END;
CREATE TRIGGER receipts_stay BEFORE UPDATE ON receipts BEGIN
    SELECT RAISE (ABORT, 'a receipt does not change');
END;
CREATE TRIGGER receipts_are_kept BEFORE DELETE ON receipts BEGIN
    SELECT RAISE (ABORT, 'a receipt is kept');
END;
CREATE TRIGGER lake_seq_stays BEFORE UPDATE ON lake_seq BEGIN
    SELECT RAISE (ABORT, 'the lake sequence does not change');
END;
