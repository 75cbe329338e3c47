-- What changed, who changed it and by which request: one row for each record
-- that a change made, altered or removed, in the order of the changes.

-- +goose Up
CREATE TABLE audit_event (
    tenant       text   NOT NULL REFERENCES tenant (name),
    id           bigint NOT NULL,
    happened_at  bigint NOT NULL,
    actor_kind   text   NOT NULL,
    actor        text   NOT NULL,
    action       text   NOT NULL,
    kind         text   NOT NULL,
    object_id    text   NOT NULL,
    related_id   text   NOT NULL,
    request_id   text   NOT NULL,
    state_before text   NOT NULL,
    state_after  text   NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX audit_event_of_object ON audit_event (tenant, object_id, id);
CREATE INDEX audit_event_of_related ON audit_event (tenant, related_id, id) WHERE related_id <> '';
