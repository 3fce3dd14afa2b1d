-- What sources brought, one row per parcel, and how each source is doing. No content and no secret is here: a version is
-- a mark (size and time, a tag, a count and a hash of the highest key).
CREATE TABLE source_parcels (
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    feed TEXT NOT NULL,
    period TEXT NOT NULL,
    unit TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('claimed', 'waiting', 'settled', 'refused')),
    tries INTEGER NOT NULL,
    turn INTEGER NOT NULL,
    code TEXT,
    submission_id TEXT,
    verdict TEXT,
    seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    next_try_at TEXT,
    PRIMARY KEY (source, name, version),
    CHECK ((state = 'settled') = (submission_id IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX source_parcels_by_change ON source_parcels (source, changed_at);

-- A parcel that has a receipt was taken once and for all.
CREATE TRIGGER settled_parcels_stay BEFORE UPDATE ON source_parcels WHEN OLD.state = 'settled' BEGIN
    SELECT RAISE (ABORT, 'a settled parcel does not change');
END;

CREATE TABLE sources (
    source TEXT PRIMARY KEY,
    looked_at TEXT,
    succeeded_at TEXT,
    failures INTEGER NOT NULL,
    code TEXT,
    -- Names the last look could not make a parcel of, with their codes, as JSON.
    troubled TEXT NOT NULL,
    next_at TEXT
) STRICT;
