package api

import "encoding/json"

// ActorKind is the kind of actor that made a change.
type ActorKind string

// The kinds of actors.
const (
	ActorClient ActorKind = "client" // an API key
	ActorUser   ActorKind = "user"
	ActorTest   ActorKind = "test-token" // someone who acts as the user, for a test
	ActorSystem ActorKind = "system"     // the backend itself, after a request or on startup
)

// AuditAction is what happened to an object.
type AuditAction string

// The actions.
const (
	ActionCreate AuditAction = "create"
	ActionUpdate AuditAction = "update"
	ActionDelete AuditAction = "delete"
)

// AuditEvent is one change of one object, as returned by the API. Only the
// reference backend has audit events.
type AuditEvent struct {
	ID        int64           `json:"id"` // consecutive from 1, in the order of the changes
	Time      string          `json:"time"`
	ActorKind ActorKind       `json:"actorKind"`
	Actor     string          `json:"actor,omitempty"` // id of the client or user
	Action    AuditAction     `json:"action"`
	Kind      string          `json:"kind"` // of object, such as "user", "group" or "membership"
	ObjectID  string          `json:"objectId"`
	RelatedID string          `json:"relatedId,omitempty"` // id of the second object: the user of a membership
	RequestID string          `json:"requestId,omitempty"` // as in the response header HeaderRequestID
	Before    json.RawMessage `json:"before,omitempty"`    // absent for a created object
	After     json.RawMessage `json:"after,omitempty"`     // absent for a deleted object
}

// AuditRow is the compact form of an AuditEvent, without the object.
type AuditRow struct {
	ID        int64       `json:"id"`
	Time      string      `json:"time"`
	ActorKind ActorKind   `json:"actorKind"`
	Actor     string      `json:"actor,omitempty"`
	Action    AuditAction `json:"action"`
	Kind      string      `json:"kind"`
	ObjectID  string      `json:"objectId"`
	RelatedID string      `json:"relatedId,omitempty"`
	RequestID string      `json:"requestId,omitempty"`
	Changed   []string    `json:"changed,omitempty"` // members of the object that an update changed, except its metadata
}

// AuditEnd is the last line of an export of audit events. An export without it is
// incomplete.
type AuditEnd struct {
	End     bool  `json:"end"`     // true; events do not have this member
	From    int64 `json:"from"`    // first id of the export
	Last    int64 `json:"last"`    // last id of the export; From-1 if it is empty
	Count   int64 `json:"count"`   // number of events in the export
	Missing int64 `json:"missing"` // number of ids from From to Last whose events are no longer stored
	Newest  int64 `json:"newest"`  // id of the newest event; 0 if there is none
}
