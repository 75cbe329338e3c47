-- Templates that a tenant makes itself: what each was made from, and how often it
-- changed. There were none before, so that nothing has to be filled in.

-- +goose Up
ALTER TABLE template ADD COLUMN based_on text NOT NULL DEFAULT '';
ALTER TABLE template ADD COLUMN access text NOT NULL DEFAULT 'null';
ALTER TABLE template ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE template ADD COLUMN modified_at bigint NOT NULL DEFAULT 0;
