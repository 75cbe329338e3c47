-- The same changes as SQLite's.

-- +goose Up
ALTER TABLE template ADD COLUMN based_on text NOT NULL DEFAULT '';
ALTER TABLE template ADD COLUMN access text NOT NULL DEFAULT 'null';
ALTER TABLE template ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE template ADD COLUMN modified_at bigint NOT NULL DEFAULT 0;
