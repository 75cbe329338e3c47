-- A writer locks write_lock before anything else. Under another name the table is
-- not there for an older program that runs on: it writes no more, and says so. A
-- migration that older programs must not write after renames it in the same way,
-- first of all, to the name that lockTable in migrate.go then has.
--
-- Programs from before version 7 do not count the users that they make. Some may
-- have run beside it.

-- +goose Up
ALTER TABLE write_lock RENAME TO write_lock_v11;

UPDATE user_list SET total = (SELECT count(*) FROM tenant_user u WHERE u.tenant = user_list.tenant), generation = generation + 1;
INSERT INTO user_list (tenant, total, generation)
SELECT tenant, count(*), 0 FROM tenant_user WHERE tenant NOT IN (SELECT tenant FROM user_list) GROUP BY tenant;
