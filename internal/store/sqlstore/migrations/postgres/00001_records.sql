-- The same tables as SQLite's, with the same types; what they mean is said there.
-- What is a key compares and sorts byte by byte, whatever the database's
-- collation is.

-- +goose Up
CREATE TABLE tenant (
    name       text COLLATE "C" NOT NULL PRIMARY KEY,
    created_at bigint           NOT NULL
);

CREATE TABLE client (
    tenant      text COLLATE "C" NOT NULL REFERENCES tenant (name),
    id          text COLLATE "C" NOT NULL UNIQUE, -- a program shows its id before it has a tenant
    secret_hash text             NOT NULL,
    scopes      text             NOT NULL,
    created_at  bigint           NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE setting (
    tenant text COLLATE "C" NOT NULL REFERENCES tenant (name),
    key    text COLLATE "C" NOT NULL,
    value  text             NOT NULL,
    PRIMARY KEY (tenant, key)
);

-- One row at most.
CREATE TABLE signing_key (
    id     bigint           NOT NULL PRIMARY KEY CHECK (id = 1),
    secret text             NOT NULL -- base64
);

CREATE TABLE tenant_user (
    tenant             text COLLATE "C" NOT NULL REFERENCES tenant (name),
    id                 text COLLATE "C" NOT NULL,
    first_name         text             NOT NULL,
    last_name          text             NOT NULL,
    email              text             NOT NULL,
    email_key          text COLLATE "C" NOT NULL, -- the e-mail in lower case
    department         text             NOT NULL,
    preferred_site     text             NOT NULL,
    preferred_currency text             NOT NULL,
    preferred_language text             NOT NULL,
    backoffice_number  text COLLATE "C" NOT NULL,
    status             text             NOT NULL,
    locked             boolean          NOT NULL,
    created_at         bigint           NOT NULL,
    last_login         bigint           NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, backoffice_number),
    UNIQUE (tenant, email_key)
);
CREATE INDEX tenant_user_in_order ON tenant_user (tenant, created_at, id);

CREATE TABLE account (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    email      text             NOT NULL,
    email_key  text COLLATE "C" NOT NULL UNIQUE,
    created_at bigint           NOT NULL
);

CREATE TABLE user_group (
    tenant          text COLLATE "C" NOT NULL REFERENCES tenant (name),
    id              text COLLATE "C" NOT NULL,
    name            text             NOT NULL,
    description     text             NOT NULL,
    code            text             NOT NULL,
    user_type       text             NOT NULL,
    vendor_id       text             NOT NULL,
    legal_entity_id text             NOT NULL,
    access_controls text             NOT NULL,
    templates       text             NOT NULL,
    restrictions    text             NOT NULL,
    mixins          text             NOT NULL,
    predefined      boolean          NOT NULL,
    version         bigint           NOT NULL,
    created_at      bigint           NOT NULL,
    modified_at     bigint           NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX user_group_in_order ON user_group (tenant, created_at, id);

-- user_id refers to no table: a customer is a user of another service.
CREATE TABLE assignment (
    tenant     text COLLATE "C" NOT NULL,
    id         text COLLATE "C" NOT NULL,
    group_id   text COLLATE "C" NOT NULL,
    user_id    text COLLATE "C" NOT NULL,
    user_type  text             NOT NULL,
    created_at bigint           NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, group_id, user_id),
    FOREIGN KEY (tenant, group_id) REFERENCES user_group (tenant, id)
);
CREATE INDEX assignment_of_group ON assignment (tenant, group_id, created_at, id);
CREATE INDEX assignment_of_user ON assignment (tenant, user_id, group_id);

CREATE TABLE access_control (
    tenant            text COLLATE "C" NOT NULL REFERENCES tenant (name),
    id                text COLLATE "C" NOT NULL,
    name              text             NOT NULL,
    domains           text             NOT NULL,
    scopes            text             NOT NULL,
    restriction_aware boolean          NOT NULL,
    restricted_to     text             NOT NULL,
    vendor_aware      boolean          NOT NULL,
    predefined        boolean          NOT NULL,
    version           bigint           NOT NULL,
    created_at        bigint           NOT NULL,
    modified_at       bigint           NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE template (
    tenant          text COLLATE "C" NOT NULL REFERENCES tenant (name),
    id              text COLLATE "C" NOT NULL,
    name            text             NOT NULL,
    description     text             NOT NULL,
    access_controls text             NOT NULL,
    predefined      boolean          NOT NULL,
    created_at      bigint           NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- Always empty. Who writes locks it first; see lockWriters in postgres.go.
CREATE TABLE write_lock ();
