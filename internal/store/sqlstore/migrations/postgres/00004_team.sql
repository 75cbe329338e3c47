-- The same changes as SQLite's; what they mean is said there.

-- +goose Up
CREATE TABLE team_member (
    tenant     text COLLATE "C" NOT NULL REFERENCES tenant (name),
    id         text COLLATE "C" NOT NULL,
    email      text             NOT NULL,
    email_key  text COLLATE "C" NOT NULL,
    role       text COLLATE "C" NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'billing_contact')),
    status     text             NOT NULL,
    created_at bigint           NOT NULL,
    joined_at  bigint           NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, email_key),
    UNIQUE (tenant, id, role)
);
CREATE INDEX team_member_in_order ON team_member (tenant, created_at, id);
CREATE INDEX team_member_of_account ON team_member (email_key, tenant);
CREATE UNIQUE INDEX team_member_owner ON team_member (tenant) WHERE role = 'owner';
CREATE TABLE team_owner (
    tenant    text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES tenant (name),
    member_id text COLLATE "C" NOT NULL,
    role      text COLLATE "C" NOT NULL CHECK (role = 'owner'),
    FOREIGN KEY (tenant, member_id, role) REFERENCES team_member (tenant, id, role) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE product_assignment (
    tenant     text COLLATE "C" NOT NULL,
    member_id  text COLLATE "C" NOT NULL,
    product    text COLLATE "C" NOT NULL,
    role       text             NOT NULL,
    created_at bigint           NOT NULL,
    PRIMARY KEY (tenant, member_id, product),
    FOREIGN KEY (tenant, member_id) REFERENCES team_member (tenant, id)
);

CREATE TABLE invitation (
    tenant      text COLLATE "C" NOT NULL REFERENCES tenant (name),
    id          text COLLATE "C" NOT NULL,
    kind        text             NOT NULL,
    subject_id  text COLLATE "C" NOT NULL,
    email       text             NOT NULL,
    sent        bigint           NOT NULL,
    created_at  bigint           NOT NULL,
    expires_at  bigint           NOT NULL,
    resent_at   bigint           NOT NULL,
    accepted_at bigint           NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX invitation_in_order ON invitation (tenant, created_at, id);
CREATE INDEX invitation_of_subject ON invitation (tenant, subject_id);

CREATE INDEX tenant_user_of_account ON tenant_user (email_key, tenant);

INSERT INTO team_member (tenant, id, email, email_key, role, status, created_at, joined_at)
SELECT u.tenant, u.id, u.email, u.email_key, 'owner', 'active', t.created_at, t.created_at
FROM tenant t JOIN tenant_user u ON u.tenant = t.name AND u.id = (
    SELECT m.id FROM tenant_user m JOIN assignment a ON a.tenant = m.tenant AND a.user_id = m.id
    WHERE m.tenant = t.name AND a.group_id = '1gr5e52e-6e27-4ac5-9471-2467d3fb7503'
    ORDER BY m.created_at, m.id LIMIT 1
);

INSERT INTO account (id, email, email_key, created_at)
SELECT 'owner-' || t.name, 'owner@' || t.name || '.example', 'owner@' || t.name || '.example', t.created_at
FROM tenant t
WHERE NOT EXISTS (SELECT 1 FROM team_member m WHERE m.tenant = t.name)
    AND NOT EXISTS (SELECT 1 FROM account a WHERE a.email_key = 'owner@' || t.name || '.example');
INSERT INTO team_member (tenant, id, email, email_key, role, status, created_at, joined_at)
SELECT t.name, a.id, a.email, a.email_key, 'owner', 'active', t.created_at, t.created_at
FROM tenant t JOIN account a ON a.email_key = 'owner@' || t.name || '.example'
WHERE NOT EXISTS (SELECT 1 FROM team_member m WHERE m.tenant = t.name);

INSERT INTO team_owner (tenant, member_id, role)
SELECT tenant, id, role FROM team_member;

INSERT INTO invitation (tenant, id, kind, subject_id, email, sent, created_at, expires_at, resent_at, accepted_at)
SELECT tenant, id, 'user', id, email, 1, created_at, created_at + 604800000, 0, 0
FROM tenant_user WHERE status = 'PROVISIONED';
