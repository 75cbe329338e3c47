package api

import "encoding/json"

// ActorKind says what made a change.
type ActorKind string

// The kinds of actors.
const (
	ActorClient ActorKind = "client" // an API key
	ActorUser   ActorKind = "user"
	ActorTest   ActorKind = "test-token" // somebody else who acts as the user, for a test
	ActorSystem ActorKind = "system"     // the backend itself, after a request or at its start
)

// AuditAction says what became of an object.
type AuditAction string

// What becomes of objects.
const (
	ActionCreate AuditAction = "create"
	ActionUpdate AuditAction = "update"
	ActionDelete AuditAction = "delete"
)

// AuditEvent is one change of one object, as read. Only the reference backend
// has it.
type AuditEvent struct {
	ID        int64           `json:"id"` // counts from 1, in the order of the changes
	Time      string          `json:"time"`
	ActorKind ActorKind       `json:"actorKind"`
	Actor     string          `json:"actor,omitempty"` // id of the client or user
	Action    AuditAction     `json:"action"`
	Kind      string          `json:"kind"` // of the object: "user", "group", "membership"
	ObjectID  string          `json:"objectId"`
	RelatedID string          `json:"relatedId,omitempty"` // of the other object of two: the user of a membership
	RequestID string          `json:"requestId,omitempty"` // as in the header HeaderRequestID of the answer
	Before    json.RawMessage `json:"before,omitempty"`    // absent for what was made
	After     json.RawMessage `json:"after,omitempty"`     // absent for what was removed
}

// AuditRow is an AuditEvent without the object, in its compact form.
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
	Changed   []string    `json:"changed,omitempty"` // members of the object that an update changed, but its metadata
}

// AuditEnd is the last line of an export of audit events. An export without it
// was cut off.
type AuditEnd struct {
	End     bool  `json:"end"`     // true: no event has it
	From    int64 `json:"from"`    // the id that the export begins with
	Last    int64 `json:"last"`    // the id that it ends with; From-1 when it is empty
	Count   int64 `json:"count"`   // events in it
	Missing int64 `json:"missing"` // ids from From to Last whose events are no longer kept
	Newest  int64 `json:"newest"`  // the id of the newest event; 0 when there is none
}
