-- Pages of the newest events of one kind, by one actor or since a time, without
-- going through all events of the tenant.

-- +goose Up
CREATE INDEX audit_event_of_kind ON audit_event (tenant, kind, id);
CREATE INDEX audit_event_of_actor ON audit_event (tenant, actor, id);
CREATE INDEX audit_event_since ON audit_event (tenant, happened_at, id);
