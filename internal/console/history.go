package console

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// historyPage is the content of the history of an object.
type historyPage struct {
	Head    any
	Events  []event
	Problem string // why there are none
}

// event is a change that the audit log has.
type event struct {
	Time       string
	Actor      string
	Action     string
	Kind       string
	ObjectID   string
	RelatedID  string
	Changes    []memberChange
	Everything bool // it was created or deleted: the changes are its members
}

// memberChange is a member of an object before and after.
type memberChange struct{ Member, Before, After string }

// mostEvents is the number of events that a history shows.
const mostEvents = 50

// history returns the newest events of an object.
func (v *visit) history(object string) (historyPage, error) {
	events, err := v.client().AuditEvents(v.r.Context(), client.AuditFilter{Object: object, Limit: mostEvents})
	switch {
	case client.IsUnsupported(err):
		return historyPage{Problem: "This API does not record who changed what."}, nil
	case client.IsForbidden(err):
		return historyPage{Problem: "Your rights do not include the audit events."}, nil
	case err != nil:
		return historyPage{}, err
	}
	return historyPage{Events: eventsOf(events)}, nil
}

func eventsOf(all []api.AuditEvent) []event {
	events := make([]event, len(all))
	for i, e := range all {
		events[i] = event{
			Time: moment(e.Time), Actor: actorText(e), Action: string(e.Action) + "d", Kind: strings.ReplaceAll(e.Kind, "-", " "), ObjectID: e.ObjectID, RelatedID: e.RelatedID,
			Changes: memberChanges(e.Before, e.After), Everything: e.Action != api.ActionUpdate,
		}
	}
	return events
}

// actorText names who changed something. Terraform acts with an API key.
func actorText(e api.AuditEvent) string {
	switch e.ActorKind {
	case api.ActorClient:
		return "API key " + e.Actor
	case api.ActorUser:
		return "user " + e.Actor
	case api.ActorTest:
		return "a test as user " + e.Actor
	case api.ActorSystem:
		return "the backend"
	}
	return string(e.ActorKind) + " " + e.Actor
}

// unshown are members that change with every event and say nothing about access.
var unshown = []string{"metadata", "id"}

// memberChanges compares the members of two documents. A document may be missing.
func memberChanges(before, after json.RawMessage) []memberChange {
	was, is := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	// A document that is no object has no members to show.
	_, _ = json.Unmarshal(before, &was), json.Unmarshal(after, &is)
	all := maps.Clone(was)
	maps.Copy(all, is)
	var changes []memberChange
	for _, member := range slices.Sorted(maps.Keys(all)) {
		if !slices.Contains(unshown, member) && !bytes.Equal(was[member], is[member]) {
			changes = append(changes, memberChange{member, valueText(was[member]), valueText(is[member])})
		}
	}
	return changes
}

// valueText writes a JSON value for people: texts without quotes, lists with commas.
func valueText(raw json.RawMessage) string {
	var value any
	if len(raw) == 0 || json.Unmarshal(raw, &value) != nil {
		return ""
	}
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	case []any:
		texts := make([]string, len(value))
		for i, v := range value {
			part, _ := json.Marshal(v) // came from JSON
			texts[i] = valueText(part)
		}
		return strings.Join(texts, ", ")
	case map[string]any:
		var texts []string
		for _, key := range slices.Sorted(maps.Keys(value)) {
			part, _ := json.Marshal(value[key]) // came from JSON
			texts = append(texts, key+": "+valueText(part))
		}
		return strings.Join(texts, ", ")
	}
	return string(raw)
}

// moment writes a time of the API for people, in UTC.
func moment(text string) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return at.UTC().Format("2 Jan 2006, 15:04 UTC")
}
