-- What the sync with Make does: a row per user that it knows, which is also what
-- is left to do, and the e-mails that it sends. Roles are a list as JSON text.

-- +goose Up
CREATE TABLE make_member (
    tenant     text    NOT NULL REFERENCES tenant (name),
    id         text    NOT NULL,
    email      text    NOT NULL,
    name       text    NOT NULL,
    roles      text    NOT NULL,
    present    boolean NOT NULL,
    pending    boolean NOT NULL,
    change     bigint  NOT NULL,
    attempts   bigint  NOT NULL,
    last_error text    NOT NULL,
    due_at     bigint  NOT NULL,
    created_at bigint  NOT NULL,
    changed_at bigint  NOT NULL,
    synced_at  bigint  NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX make_member_in_order ON make_member (tenant, created_at, id);
CREATE INDEX make_member_pending ON make_member (due_at, tenant, id) WHERE pending;

CREATE TABLE make_notice (
    tenant     text   NOT NULL REFERENCES tenant (name),
    id         text   NOT NULL,
    user_id    text   NOT NULL,
    email      text   NOT NULL,
    created_at bigint NOT NULL,
    sent_at    bigint NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX make_notice_in_order ON make_notice (tenant, created_at, id);
CREATE INDEX make_notice_of_user ON make_notice (tenant, user_id);

-- Tenants from before have the access controls that give roles in Make, and the
-- Engine's groups carry them.
INSERT INTO access_control (tenant, id, name, description, domains, scopes, restriction_aware, restricted_to, vendor_aware, predefined, version, created_at, modified_at)
SELECT name, 'make-app-developer', '{"en":"Make Application Developer"}', 'null', '["Make Application Developer"]', '["integromat.app_developer"]', FALSE, 'EMPLOYEE', FALSE, TRUE, 1, created_at, 0
FROM tenant WHERE TRUE ON CONFLICT DO NOTHING;
INSERT INTO access_control (tenant, id, name, description, domains, scopes, restriction_aware, restricted_to, vendor_aware, predefined, version, created_at, modified_at)
SELECT name, 'make-scenario-editor', '{"en":"Make Scenario Editor"}', 'null', '["Make Scenario Editor"]', '["integromat.scenario_edit"]', FALSE, 'EMPLOYEE', FALSE, TRUE, 1, created_at, 0
FROM tenant WHERE TRUE ON CONFLICT DO NOTHING;
INSERT INTO access_control (tenant, id, name, description, domains, scopes, restriction_aware, restricted_to, vendor_aware, predefined, version, created_at, modified_at)
SELECT name, 'make-member', '{"en":"Make Member"}', 'null', '["Make Member"]', '["integromat.member"]', FALSE, 'EMPLOYEE', FALSE, TRUE, 1, created_at, 0
FROM tenant WHERE TRUE ON CONFLICT DO NOTHING;
INSERT INTO access_control (tenant, id, name, description, domains, scopes, restriction_aware, restricted_to, vendor_aware, predefined, version, created_at, modified_at)
SELECT name, 'make-owner', '{"en":"Make Owner"}', 'null', '["Make Owner"]', '["integromat.owner"]', FALSE, 'EMPLOYEE', FALSE, TRUE, 1, created_at, 0
FROM tenant WHERE TRUE ON CONFLICT DO NOTHING;
UPDATE user_group SET access_controls = substr(access_controls, 1, length(access_controls) - 1) || ',"make-member"]'
WHERE id = 'oe-viewer' AND predefined;
UPDATE user_group SET access_controls = substr(access_controls, 1, length(access_controls) - 1) || ',"make-app-developer","make-scenario-editor"]'
WHERE id = 'oe-editor' AND predefined;
UPDATE user_group SET access_controls = substr(access_controls, 1, length(access_controls) - 1) || ',"make-app-developer","make-scenario-editor"]'
WHERE id = 'oe-manager' AND predefined;
UPDATE user_group SET access_controls = substr(access_controls, 1, length(access_controls) - 1) || ',"make-owner","make-scenario-editor"]'
WHERE id = 'oe-admin' AND predefined;
