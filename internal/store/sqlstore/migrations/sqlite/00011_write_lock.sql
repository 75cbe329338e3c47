-- A table that is always empty. A writer looks for it before anything else. A
-- migration that older programs must not write after renames it, first of all, to
-- the name that lockTable in migrate.go then has: an older program that runs on
-- writes no more, and says so.
--
-- Programs from before version 7 do not count the users that they make. Some may
-- have run beside it.

-- +goose Up
CREATE TABLE write_lock_v11 (id bigint);

UPDATE user_list SET total = (SELECT count(*) FROM tenant_user u WHERE u.tenant = user_list.tenant), generation = generation + 1;
INSERT INTO user_list (tenant, total, generation)
SELECT tenant, count(*), 0 FROM tenant_user WHERE tenant NOT IN (SELECT tenant FROM user_list) GROUP BY tenant;
