-- Sharing agreements. Every act appends a revision; each row carries the hash of its own text and of the row before
-- it, so that an edit, a removal or an insertion by hand shows.

CREATE TABLE agreements (
    seq INTEGER PRIMARY KEY,
    agreement_id TEXT NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    -- copies out of `body`, for lookup; compared with it whenever a row is read
    consumer TEXT NOT NULL,
    role TEXT NOT NULL,
    purpose TEXT NOT NULL,
    view TEXT NOT NULL,
    state TEXT NOT NULL,
    body TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    UNIQUE (agreement_id, revision)
) STRICT;

CREATE INDEX agreements_by_question ON agreements (consumer, role, purpose, view);

CREATE TABLE policy_epoch (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    epoch INTEGER NOT NULL
) STRICT;

INSERT INTO policy_epoch (only, epoch) VALUES (1, 0);

CREATE TRIGGER agreements_stay BEFORE UPDATE ON agreements BEGIN
    SELECT RAISE (ABORT, 'a revision of an agreement does not change');
END;
CREATE TRIGGER agreements_are_kept BEFORE DELETE ON agreements BEGIN
    SELECT RAISE (ABORT, 'a revision of an agreement is kept');
END;
CREATE TRIGGER policy_epoch_rises BEFORE UPDATE ON policy_epoch WHEN NEW.epoch <= OLD.epoch BEGIN
    SELECT RAISE (ABORT, 'the policy epoch never falls');
END;
CREATE TRIGGER policy_epoch_is_kept BEFORE DELETE ON policy_epoch BEGIN
    SELECT RAISE (ABORT, 'the policy epoch is kept');
END;

-- At most one agreement answers a question. The store appends what ends before what begins.
CREATE TRIGGER agreements_one_answers BEFORE INSERT ON agreements WHEN NEW.state = 'active' BEGIN
    SELECT RAISE (ABORT, 'another agreement answers this question')
    WHERE EXISTS (
        SELECT 1
        FROM agreements AS other
        WHERE other.consumer = NEW.consumer
            AND other.role = NEW.role
            AND other.purpose = NEW.purpose
            AND other.view = NEW.view
            AND other.agreement_id <> NEW.agreement_id
            AND other.state = 'active'
            AND NOT EXISTS (
                SELECT 1
                FROM agreements AS later
                WHERE later.agreement_id = other.agreement_id
                    AND later.revision > other.revision
            )
    );
END;
