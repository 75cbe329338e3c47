-- Who has accepted an invitation is known everywhere; an account alone, which an
-- invitation makes, is not. Users and members of teams who are active are known
-- for having come when the list of invitations did not exist yet.

-- +goose Up
ALTER TABLE account ADD COLUMN registered_at bigint NOT NULL DEFAULT 0;

UPDATE account SET registered_at = created_at
WHERE email_key IN (SELECT email_key FROM tenant_user WHERE status = 'ACTIVE')
    OR email_key IN (SELECT email_key FROM team_member WHERE status = 'active')
    OR id IN (SELECT subject_id FROM invitation WHERE accepted_at > 0);
