-- The state of the deposit server. Run by the owner role at each start; changes nothing the second time.
-- The application's role (reglo_app) may not own, alter or truncate anything here.

SELECT pg_advisory_xact_lock(hashtext('reglo.schema'));
CREATE SCHEMA IF NOT EXISTS reglo;
SET LOCAL search_path = reglo;

DO $$ BEGIN
    CREATE ROLE reglo_app LOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
END $$;

-- --- The journal: append-only, in order ------------------------------------------------------------

CREATE TABLE IF NOT EXISTS journal (
    index bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    act text NOT NULL,
    concerns text NOT NULL,
    line text NOT NULL  -- the canonical JSON that is hashed
);
CREATE INDEX IF NOT EXISTS journal_concerns ON journal (concerns, index);

CREATE TABLE IF NOT EXISTS journal_nodes (  -- full subtrees, for proofs
    level smallint NOT NULL,
    index bigint NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (level, index)
);

CREATE TABLE IF NOT EXISTS journal_head (  -- one row: locking it is the order of the journal
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    head bytea NOT NULL
);
INSERT INTO journal_head (head) VALUES (decode(repeat('00', 40), 'hex')) ON CONFLICT DO NOTHING;

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'le journal ne se modifie pas : % refusé sur %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE FUNCTION refuse_gap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.index <> coalesce((SELECT max(index) + 1 FROM reglo.journal), 0) THEN
        RAISE EXCEPTION 'le journal s''écrit dans l''ordre : entrée % refusée', NEW.index
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER journal_in_order BEFORE INSERT ON journal
    FOR EACH ROW EXECUTE FUNCTION refuse_gap();
CREATE OR REPLACE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER journal_nodes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_nodes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER journal_head_stays BEFORE DELETE OR TRUNCATE ON journal_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- --- Which state may follow which ------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS allowed_moves (
    thing text NOT NULL,
    before text NOT NULL,  -- '' when it begins
    after text NOT NULL,
    PRIMARY KEY (thing, before, after)
);
INSERT INTO allowed_moves (thing, before, after) VALUES
    ('uploads', '', 'open'),
    ('uploads', 'open', 'complete'),
    ('uploads', 'open', 'expired'),
    ('uploads', 'open', 'terminated'),
    ('uploads', 'open', 'refused'),
    ('deposits', '', 'received'),
    ('deposits', '', 'late'),
    ('deposits', 'received', 'replaced'),
    ('deposits', 'received', 'withdrawn'),
    ('deposits', 'late', 'withdrawn'),
    ('backup_copies', '', 'received_sealed'),
    ('backup_copies', '', 'late'),
    ('backup_copies', 'received_sealed', 'opened'),
    ('backup_copies', 'opened', 'used'),
    ('backup_copies', 'opened', 'discarded'),
    ('backup_copies', 'received_sealed', 'destroyed'),
    ('backup_copies', 'late', 'destroyed'),
    ('backup_copies', 'discarded', 'destroyed'),
    ('backup_copies', 'used', 'archived')
ON CONFLICT DO NOTHING;

CREATE OR REPLACE FUNCTION check_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE previous text := '';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state = NEW.state THEN RETURN NEW; END IF;
        previous := OLD.state;
    END IF;
    IF NOT EXISTS (SELECT FROM reglo.allowed_moves
                   WHERE thing = TG_TABLE_NAME AND before = previous AND after = NEW.state) THEN
        RAISE EXCEPTION 'passage interdit de « % » à « % » dans %', previous, NEW.state, TG_TABLE_NAME
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- --- Consultations, uploads, deposits ----------------------------------------------------------------

CREATE TABLE IF NOT EXISTS consultations (
    id text PRIMARY KEY,  -- the name in the address, "2026-014-fourniture"
    reference text NOT NULL UNIQUE,
    title text NOT NULL,
    object text NOT NULL,
    buyer text NOT NULL,
    rules_sha256 text NOT NULL,
    opening_keys bytea NOT NULL,  -- the published file, byte for byte
    opening_keys_sha256 text NOT NULL,
    deadline timestamptz NOT NULL,
    deadline_inclusive boolean NOT NULL,
    zone text NOT NULL,
    max_size bigint NOT NULL CHECK (max_size > 0),           -- of a pli
    max_documents integer NOT NULL CHECK (max_documents > 0),  -- sealed files in a pli
    max_document_size bigint NOT NULL CHECK (max_document_size > 0),
    replaces_allowed boolean NOT NULL DEFAULT true,
    electronic_copy_allowed boolean NOT NULL DEFAULT false,
    opened_at timestamptz NOT NULL
);

CREATE OR REPLACE FUNCTION amended() RETURNS trigger LANGUAGE plpgsql AS $$  -- a rectificatif only puts back
BEGIN
    IF current_user = 'reglo_app' AND (NEW.deadline < OLD.deadline OR OLD.deadline < clock_timestamp()) THEN
        RAISE EXCEPTION 'une heure limite ne s''avance pas, et ne se reporte plus une fois passée'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER consultations_amended BEFORE UPDATE ON consultations
    FOR EACH ROW EXECUTE FUNCTION amended();

CREATE TABLE IF NOT EXISTS uploads (
    id text PRIMARY KEY,
    token_sha256 text NOT NULL UNIQUE,  -- of the capability in the address, which is kept nowhere
    consultation text NOT NULL REFERENCES consultations,
    kind text NOT NULL DEFAULT 'pli' CHECK (kind IN ('pli', 'backup_copy')),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    size bigint NOT NULL CHECK (size >= 0),
    header_sha256 text NOT NULL,
    depositor jsonb NOT NULL,  -- name, email, as given
    replaces text REFERENCES uploads,
    received bigint NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND size),  -- durable, acknowledged
    first_byte_at timestamptz,
    last_byte_at timestamptz,
    state text NOT NULL DEFAULT 'open',
    settled boolean NOT NULL DEFAULT false  -- complete, and the store was told
);
CREATE INDEX IF NOT EXISTS uploads_unsettled ON uploads (id) WHERE state = 'complete' AND NOT settled;
CREATE INDEX IF NOT EXISTS uploads_open ON uploads (expires_at) WHERE state = 'open';
CREATE INDEX IF NOT EXISTS uploads_consultation ON uploads (consultation, created_at);
CREATE OR REPLACE TRIGGER uploads_move BEFORE INSERT OR UPDATE ON uploads
    FOR EACH ROW EXECUTE FUNCTION check_move();

CREATE TABLE IF NOT EXISTS upload_parts (  -- only for stores that keep an upload in several objects
    upload text NOT NULL REFERENCES uploads,
    start bigint NOT NULL,
    size bigint NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (upload, start)
);

CREATE TABLE IF NOT EXISTS deposits (
    id text PRIMARY KEY,
    upload text NOT NULL UNIQUE REFERENCES uploads,
    consultation text NOT NULL REFERENCES consultations,
    pli text NOT NULL,
    pli_key text NOT NULL,
    envelope_sha256 text NOT NULL,
    size bigint NOT NULL,
    first_byte_at timestamptz NOT NULL,
    last_byte_at timestamptz NOT NULL,
    state text NOT NULL,
    receipt text NOT NULL,  -- the whole server copy, canonical JSON, without its time-stamp
    journal_index bigint NOT NULL REFERENCES journal,
    token bytea,  -- RFC 3161, when the authority has answered
    token_at timestamptz
);
CREATE INDEX IF NOT EXISTS deposits_consultation ON deposits (consultation, last_byte_at);
CREATE INDEX IF NOT EXISTS deposits_unstamped ON deposits (last_byte_at) WHERE token IS NULL;
CREATE OR REPLACE TRIGGER deposits_move BEFORE INSERT OR UPDATE ON deposits
    FOR EACH ROW EXECUTE FUNCTION check_move();

-- --- Backup copies (copies de sauvegarde) ---------------------------------------------------------------

CREATE TABLE IF NOT EXISTS backup_copies (
    id text PRIMARY KEY,
    consultation text NOT NULL REFERENCES consultations,
    depositor text NOT NULL,
    medium text NOT NULL,  -- papier, support physique électronique, électronique
    marked boolean NOT NULL,  -- bears "copie de sauvegarde"
    received_at timestamptz NOT NULL,
    received_by text NOT NULL,
    place text NOT NULL,  -- where it is kept
    upload text UNIQUE REFERENCES uploads,  -- of an electronic copy
    state text NOT NULL,
    reason text NOT NULL DEFAULT ''
);
CREATE OR REPLACE TRIGGER backup_copies_move BEFORE INSERT OR UPDATE ON backup_copies
    FOR EACH ROW EXECUTE FUNCTION check_move();

-- --- Evidence --------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS attempts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consultation text,  -- as asked for, known or not
    upload text,
    kind text NOT NULL,  -- create, append, terminate, withdraw
    node text NOT NULL,
    client text NOT NULL,  -- network address
    agent text NOT NULL,  -- program, as it names itself
    depositor jsonb NOT NULL DEFAULT '{}',
    limits jsonb NOT NULL DEFAULT '{}',  -- as announced at that moment
    started_at timestamptz NOT NULL,
    ended_at timestamptz,  -- null: under way, or the server died
    from_offset bigint,
    received bigint NOT NULL DEFAULT 0,  -- bytes that came in, kept or not
    kept bigint NOT NULL DEFAULT 0,  -- bytes made durable
    progress jsonb NOT NULL DEFAULT '[]',  -- [second since the start, bytes so far]
    status integer,
    error text NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS attempts_consultation ON attempts (consultation, started_at);
CREATE INDEX IF NOT EXISTS attempts_upload ON attempts (upload);

CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'une tentative close ne se récrit pas' USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE TRIGGER attempts_closed BEFORE UPDATE ON attempts
    FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_rewriting();
CREATE OR REPLACE TRIGGER attempts_kept BEFORE DELETE OR TRUNCATE ON attempts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TABLE IF NOT EXISTS health (
    node text NOT NULL,
    at timestamptz NOT NULL,
    skew_ms integer NOT NULL,  -- node's clock less the database's
    database_ms integer NOT NULL,  -- answer time
    storage_ms integer,  -- durable write of a few bytes; null: not measured this second
    loop_ms integer NOT NULL,  -- how late the server's own loop is
    requests integer NOT NULL,  -- under way
    received bigint NOT NULL,  -- bytes since the sample before
    memory_mb integer NOT NULL,
    free_mb bigint,
    fault text NOT NULL DEFAULT '',
    PRIMARY KEY (node, at)
);
CREATE INDEX IF NOT EXISTS health_at ON health (at);

CREATE TABLE IF NOT EXISTS nodes (  -- starts and stops of each node
    node text NOT NULL,
    started_at timestamptz NOT NULL,
    stopped_at timestamptz,  -- null: running, or killed
    version text NOT NULL,
    PRIMARY KEY (node, started_at)
);

-- --- What the application may do -------------------------------------------------------------------------

DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'reglo_app') THEN
        GRANT USAGE ON SCHEMA reglo TO reglo_app;
        GRANT SELECT ON ALL TABLES IN SCHEMA reglo TO reglo_app;
        GRANT INSERT ON ALL TABLES IN SCHEMA reglo TO reglo_app;
        REVOKE INSERT ON allowed_moves, journal_head FROM reglo_app;
        GRANT UPDATE ON journal_head, uploads, deposits, backup_copies, attempts, nodes TO reglo_app;
        GRANT UPDATE (rules_sha256, deadline, deadline_inclusive) ON consultations TO reglo_app;  -- see amended()
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA reglo TO reglo_app;
    END IF;
END $$;
