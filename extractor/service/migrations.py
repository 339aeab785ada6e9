"""The tables, as a numbered list of changes. A change that was released is never edited; a new one is added below.

{blob}, {real}: what bytes and floats are called in the database at hand. Times are seconds since 1970.
"""

__all__ = ["MIGRATIONS"]

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE gouji_keys (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, scopes TEXT NOT NULL,
        created {real} NOT NULL, revoked {real});
    CREATE TABLE gouji_batches (
        id TEXT PRIMARY KEY, key_id TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, owner TEXT NOT NULL,
        created {real} NOT NULL, started {real}, ended {real}, expires {real},
        options TEXT NOT NULL, idempotency_key TEXT, fingerprint TEXT,
        chunk INTEGER NOT NULL, turn {real} NOT NULL DEFAULT 0,
        total INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0,
        clean INTEGER NOT NULL DEFAULT 0, review INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
        llm_calls INTEGER NOT NULL DEFAULT 0, prompt_tokens BIGINT NOT NULL DEFAULT 0,
        completion_tokens BIGINT NOT NULL DEFAULT 0, cost {real});
    CREATE UNIQUE INDEX gouji_batches_idempotency ON gouji_batches (key_id, idempotency_key);
    CREATE INDEX gouji_batches_state ON gouji_batches (state);
    CREATE INDEX gouji_batches_key ON gouji_batches (key_id, created);
    CREATE TABLE gouji_documents (
        batch_id TEXT NOT NULL, position INTEGER NOT NULL, custom_id TEXT, name TEXT NOT NULL,
        sha256 TEXT NOT NULL, size BIGINT NOT NULL, form TEXT, PRIMARY KEY (batch_id, position));
    CREATE INDEX gouji_documents_sha256 ON gouji_documents (sha256);
    CREATE TABLE gouji_results (
        batch_id TEXT NOT NULL, position INTEGER NOT NULL, seq INTEGER NOT NULL, verdict TEXT NOT NULL,
        code TEXT, message TEXT, form TEXT, organ TEXT, year INTEGER, report {blob} NOT NULL, finished {real} NOT NULL,
        PRIMARY KEY (batch_id, position));
    CREATE UNIQUE INDEX gouji_results_seq ON gouji_results (batch_id, seq);
    CREATE TABLE gouji_webhooks (
        id TEXT PRIMARY KEY, batch_id TEXT NOT NULL, url TEXT NOT NULL, event TEXT NOT NULL, body TEXT NOT NULL,
        state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due {real} NOT NULL, said TEXT);
    CREATE INDEX gouji_webhooks_due ON gouji_webhooks (state, due);
    CREATE TABLE gouji_workers (
        id TEXT PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, jobs INTEGER NOT NULL,
        started {real} NOT NULL, beat {real} NOT NULL);
    CREATE TABLE gouji_leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until {real} NOT NULL);
    CREATE TABLE gouji_paces (name TEXT PRIMARY KEY, next {real} NOT NULL);
    CREATE TABLE gouji_purses (name TEXT PRIMARY KEY, spent {real} NOT NULL);
    CREATE TABLE gouji_asides (id TEXT PRIMARY KEY, purse TEXT NOT NULL, amount {real} NOT NULL, until {real} NOT NULL);
    CREATE TABLE gouji_audit (
        at {real} NOT NULL, key_id TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, request TEXT NOT NULL);
    """,
    """
    CREATE TABLE gouji_secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE INDEX gouji_audit_at ON gouji_audit (at);
    CREATE INDEX gouji_audit_subject ON gouji_audit (subject);
    """,
)
