package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// metadataMember changes with every update, and so says nothing.
const metadataMember = "metadata"

// listAuditRows answers with the events that the filter selects in their compact
// form. It reads them in pieces: the objects are most of what they take.
func (s *Server) listAuditRows(c *call, filter store.EventFilter) error {
	if err := c.reserve(int64(filter.Limit)*auditRowCost + eventPiece*eventCost); err != nil {
		return err
	}
	rows := []api.AuditRow{}
	for most := filter.Limit; len(rows) < most; {
		filter.Limit = min(eventPiece, most-len(rows))
		list, err := s.store.Events(c.ctx, c.tenant, filter)
		if err != nil {
			return fmt.Errorf("listing audit events: %w", err)
		}
		for _, e := range list {
			row, err := auditRow(e)
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		if len(list) < filter.Limit {
			break
		}
		filter.Before = rows[len(rows)-1].ID
	}
	return c.write(http.StatusOK, rows)
}

func auditRow(e store.Event) (api.AuditRow, error) {
	changed, err := changedMembers(e.Before, e.After)
	if err != nil {
		return api.AuditRow{}, fmt.Errorf("reading audit event %d: %w", e.ID, err)
	}
	return api.AuditRow{
		ID: e.ID, Time: stamp(e.At), ActorKind: api.ActorKind(e.ActorKind), Actor: e.Actor, Action: api.AuditAction(e.Action),
		Kind: e.Kind, ObjectID: e.ObjectID, RelatedID: e.RelatedID, RequestID: e.RequestID, Changed: changed,
	}, nil
}

// changedMembers names the members in which two states of an object differ, in
// order. Of what is new or gone, none changed.
func changedMembers(before, after string) (names []string, err error) {
	if before == "" || after == "" {
		return nil, nil
	}
	var was, is map[string]json.RawMessage
	if err := json.Unmarshal([]byte(before), &was); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(after), &is); err != nil {
		return nil, err
	}
	for name, value := range was {
		if other, ok := is[name]; !ok || !sameValue(value, other) {
			names = append(names, name)
		}
	}
	for name := range is {
		if _, ok := was[name]; !ok {
			names = append(names, name)
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == metadataMember })
	slices.Sort(names)
	return names, nil
}

// sameValue reports whether two values are the same, also where one of them
// was cut, as the rest of its object was long.
func sameValue(a, b json.RawMessage) bool {
	return bytes.Equal(a, b) || isCutOf(a, b) || isCutOf(b, a)
}

// isCutOf reports whether a value is the mark of a longer one.
func isCutOf(mark, value json.RawMessage) bool {
	var cut cutMember
	if json.Unmarshal(mark, &cut) != nil || !cut.Cut || cut.Bytes != len(value) {
		return false
	}
	sum := sha256.Sum256(value)
	return cut.SHA256 == hex.EncodeToString(sum[:])
}
