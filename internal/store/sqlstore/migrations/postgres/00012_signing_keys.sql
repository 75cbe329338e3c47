-- Signing keys follow one another: a token names the one that signed it. The only
-- one there was signed tokens that name none, and gets the id 1.

-- +goose Up
ALTER TABLE signing_key DROP CONSTRAINT signing_key_id_check;
ALTER TABLE signing_key ALTER COLUMN id TYPE text COLLATE "C";
ALTER TABLE signing_key ADD COLUMN created_at bigint NOT NULL DEFAULT 0;

UPDATE signing_key SET created_at = CAST(extract(epoch FROM now()) AS bigint) * 1000;
