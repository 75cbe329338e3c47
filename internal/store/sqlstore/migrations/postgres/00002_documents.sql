-- The same changes as SQLite's.

-- +goose Up
CREATE TABLE document (
    tenant      text COLLATE "C" NOT NULL REFERENCES tenant (name),
    kind        text COLLATE "C" NOT NULL,
    id          text COLLATE "C" NOT NULL,
    body        text NOT NULL,
    version     bigint NOT NULL,
    created_at  bigint NOT NULL,
    modified_at bigint NOT NULL,
    PRIMARY KEY (tenant, kind, id)
);
CREATE INDEX document_in_order ON document (tenant, kind, created_at, id);

INSERT INTO document (tenant, kind, id, body, version, created_at, modified_at)
SELECT s.tenant, 'setting', s.key, '{"key":"' || s.key || '","value":' || s.value || '}', 1, t.created_at, 0
FROM setting s JOIN tenant t ON t.name = s.tenant;
DROP TABLE setting;

-- Tenants had no such setting, and nothing to keep the values in step with.
INSERT INTO document (tenant, kind, id, body, version, created_at, modified_at)
SELECT name, 'setting', 'enableSyncBetweenRestrictionsAndSiteCodes', '{"key":"enableSyncBetweenRestrictionsAndSiteCodes","value":false}', 1, created_at, 0
FROM tenant;

-- Every tenant has a site.
INSERT INTO document (tenant, kind, id, body, version, created_at, modified_at)
SELECT name, 'site', 'main', '{"code":"main","name":"Main","active":true,"default":true,"defaultLanguage":"en","languages":["en","de","fr"],"currency":"EUR","availableCurrencies":["EUR","USD","GBP"],"homeBase":{"address":{"country":"DE","zipCode":"10115"}},"shipToCountries":["DE"],"taxDeterminationBasedOn":"BILLING_ADDRESS"}', 1, created_at, 0
FROM tenant;

ALTER TABLE access_control ADD COLUMN description text NOT NULL DEFAULT 'null';

CREATE TABLE task (
    tenant     text COLLATE "C" NOT NULL REFERENCES tenant (name),
    id         text COLLATE "C" NOT NULL,
    kind       text NOT NULL,
    body       text NOT NULL,
    due_at     bigint NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX task_in_order ON task (due_at, tenant, id);
