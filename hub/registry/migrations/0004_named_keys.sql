-- Keys that departments named under keyed agreements, by civil day in Asia/Shanghai: the quota of a day is counted here.
-- A key is kept as its mark, a keyed hash; what was asked by whom is in the audit log, so old days may go.
CREATE TABLE named_keys (
    day TEXT NOT NULL,
    department TEXT NOT NULL,
    view TEXT NOT NULL,
    mark TEXT NOT NULL,
    PRIMARY KEY (day, department, view, mark)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER named_keys_stay BEFORE UPDATE ON named_keys BEGIN
    SELECT RAISE (ABORT, 'a named key does not change');
END;
