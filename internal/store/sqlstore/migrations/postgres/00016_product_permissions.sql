-- Members have permissions in a product next to the role, as a JSON list.

-- +goose Up
ALTER TABLE product_assignment ADD COLUMN permissions text NOT NULL DEFAULT 'null';
