-- The same changes as SQLite's; what they mean is said there.

-- +goose Up
CREATE INDEX audit_event_of_kind ON audit_event (tenant, kind, id);
CREATE INDEX audit_event_of_actor ON audit_event (tenant, actor, id);
CREATE INDEX audit_event_since ON audit_event (tenant, happened_at, id);
