-- The same changes as SQLite's; what they mean is said there.

-- +goose Up
CREATE TABLE user_list (
    tenant     text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES tenant (name),
    total      bigint           NOT NULL,
    generation bigint           NOT NULL
);
INSERT INTO user_list (tenant, total, generation)
SELECT tenant, count(*), 0 FROM tenant_user GROUP BY tenant;
