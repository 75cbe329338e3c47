-- What the list of a tenant's users looks like, so that nobody has to count
-- them. generation changes whenever a user's position in the list changes.

-- +goose Up
CREATE TABLE user_list (
    tenant     text   NOT NULL PRIMARY KEY REFERENCES tenant (name),
    total      bigint NOT NULL,
    generation bigint NOT NULL
);
INSERT INTO user_list (tenant, total, generation)
SELECT tenant, count(*), 0 FROM tenant_user GROUP BY tenant;
