-- The same changes as SQLite's; what they mean is said there.

-- +goose Up
CREATE TABLE audit_event (
    tenant       text COLLATE "C" NOT NULL REFERENCES tenant (name),
    id           bigint           NOT NULL,
    happened_at  bigint           NOT NULL,
    actor_kind   text             NOT NULL,
    actor        text COLLATE "C" NOT NULL,
    action       text             NOT NULL,
    kind         text COLLATE "C" NOT NULL,
    object_id    text COLLATE "C" NOT NULL,
    related_id   text COLLATE "C" NOT NULL,
    request_id   text             NOT NULL,
    state_before text             NOT NULL,
    state_after  text             NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX audit_event_of_object ON audit_event (tenant, object_id, id);
CREATE INDEX audit_event_of_related ON audit_event (tenant, related_id, id) WHERE related_id <> '';
