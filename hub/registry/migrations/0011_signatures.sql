-- Submissions that wait for a second person's signature: open intents that no recovery touches, one per slot beside the
-- one that is being settled.

ALTER TABLE intents ADD COLUMN waits INTEGER NOT NULL DEFAULT 0 CHECK (waits IN (0, 1));
-- the audit entry of an arrival that waits
ALTER TABLE intents ADD COLUMN entry INTEGER;

DROP INDEX intents_open_per_slot;
CREATE UNIQUE INDEX intents_open_per_slot ON intents (feed, period, unit) WHERE state = 'open' AND waits = 0;
CREATE UNIQUE INDEX intents_waiting_per_slot ON intents (feed, period, unit) WHERE state = 'open' AND waits = 1;
