-- Tokens of a client say when its secret was set, and end when it has another.

-- +goose Up
ALTER TABLE client ADD COLUMN secret_at bigint NOT NULL DEFAULT 0;

UPDATE client SET secret_at = created_at;
