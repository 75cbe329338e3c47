-- Only PostgreSQL has locks of tenants. SQLite has one writer at a time.

-- +goose Up
SELECT 1;
