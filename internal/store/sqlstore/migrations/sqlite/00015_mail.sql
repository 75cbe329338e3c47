-- Links are stored by the hash of their secret. E-mails wait for a mail server. No
-- earlier version sent invitations. A notice that was sent no longer waits for Make.

-- +goose Up
ALTER TABLE invitation ADD COLUMN sent_at bigint NOT NULL DEFAULT 0;

CREATE TABLE link (
    tenant     text   NOT NULL REFERENCES tenant (name),
    hash       text   NOT NULL,
    purpose    text   NOT NULL,
    subject_id text   NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    ended_at   bigint NOT NULL,
    PRIMARY KEY (tenant, hash)
);
CREATE INDEX link_of_subject ON link (tenant, subject_id);

CREATE TABLE mail (
    tenant     text   NOT NULL REFERENCES tenant (name),
    id         text   NOT NULL,
    kind       text   NOT NULL,
    round      bigint NOT NULL,
    attempts   bigint NOT NULL,
    last_error text   NOT NULL,
    due_at     bigint NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX mail_due ON mail (due_at, tenant, id);

ALTER TABLE make_notice ADD COLUMN name text NOT NULL DEFAULT '';
ALTER TABLE make_notice ADD COLUMN change text NOT NULL DEFAULT 'changed';
ALTER TABLE make_notice ADD COLUMN roles text NOT NULL DEFAULT 'null';
ALTER TABLE make_notice ADD COLUMN ready_at bigint NOT NULL DEFAULT 0;

UPDATE make_notice SET ready_at = sent_at;
UPDATE make_notice SET
    name = (SELECT name FROM make_member m WHERE m.tenant = make_notice.tenant AND m.id = user_id),
    roles = (SELECT roles FROM make_member m WHERE m.tenant = make_notice.tenant AND m.id = user_id)
WHERE ready_at = 0 AND EXISTS (SELECT 1 FROM make_member m WHERE m.tenant = make_notice.tenant AND m.id = user_id);
