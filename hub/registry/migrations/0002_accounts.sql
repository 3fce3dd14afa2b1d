-- People, their tokens, and failed attempts to sign in. Nothing here lets a reader sign in: passwords are argon2id
-- hashes, tokens SHA-256 hashes of 256 random bits, SCRAM keys verifiers.

CREATE TABLE accounts (
    account_id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    department TEXT NOT NULL,
    role TEXT NOT NULL,
    region TEXT NOT NULL,
    clearance TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    purposes TEXT NOT NULL,
    default_purpose TEXT,
    state TEXT NOT NULL
) STRICT;

CREATE TABLE tokens (
    token_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (account_id),
    kind TEXT NOT NULL,
    secret_sha256 BLOB NOT NULL CHECK (length(secret_sha256) = 32),
    scram_salt BLOB,
    scram_iterations INTEGER,
    scram_stored_key BLOB CHECK (length(scram_stored_key) = 32),
    scram_server_key BLOB CHECK (length(scram_server_key) = 32),
    issued_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT,
    CHECK (
        (scram_salt IS NULL) = (scram_stored_key IS NULL)
        AND (scram_salt IS NULL) = (scram_server_key IS NULL)
        AND (scram_salt IS NULL) = (scram_iterations IS NULL)
    )
) STRICT;

CREATE INDEX tokens_by_account ON tokens (account_id, kind, issued_at);

-- An account has one access token at a time.
CREATE UNIQUE INDEX tokens_one_access ON tokens (account_id) WHERE kind = 'access' AND revoked_at IS NULL;

CREATE TABLE failures (
    failure_key TEXT PRIMARY KEY,
    failure_count INTEGER NOT NULL,
    last_at TEXT NOT NULL
) STRICT;

CREATE INDEX failures_by_age ON failures (last_at);
