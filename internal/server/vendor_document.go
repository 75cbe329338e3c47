package server

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// What vendors and locations have in common: they are stored as JSON, listed
// with filters of their own, and count their versions.

// putDocument stores a vendor or a location.
func (s *Server) putDocument(c *call, tx store.DocumentTx, kind, id string, document any) error {
	text, err := json.Marshal(document)
	if err != nil {
		return fmt.Errorf("encoding %s %s: %w", kind, id, err)
	}
	// Filters turn documents into values, so every number must have one.
	if err := json.Unmarshal(text, new(any)); err != nil {
		return badRequest("mixins hold a number that is too large")
	}
	now := s.timestamp()
	return tx.PutDocument(c.ctx, store.Document{Tenant: c.tenant, Kind: kind, ID: id, Body: string(text), CreatedAt: now, ModifiedAt: now})
}

// documentToWire reads what putDocument stored.
func documentToWire[T any](d store.Document) (T, error) {
	var document T
	if err := json.Unmarshal([]byte(d.Body), &document); err != nil {
		return document, fmt.Errorf("reading %s %s: %w", d.Kind, d.ID, err)
	}
	return document, nil
}

// storedMetadata is what is stored of the metadata in a body; the rest stands
// in the record.
func storedMetadata(m *api.VendorExpected) *api.VendorMetadata {
	if m == nil || len(m.Mixins) == 0 {
		return nil
	}
	return &api.VendorMetadata{Mixins: m.Mixins}
}

func metadataToWire(d store.Document, stored *api.VendorMetadata) *api.VendorMetadata {
	m := &api.VendorMetadata{Version: d.Version, CreatedAt: stamp(d.CreatedAt), ModifiedAt: stamp(d.ModifiedAt)}
	if stored != nil {
		m.Mixins = stored.Mixins
	}
	return m
}

// checkVersion refuses a change of another version than the stored one. Without
// a version the last writer wins.
func checkVersion(thing string, d store.Document, m *api.VendorExpected) error {
	if m.Allows(d.Version) {
		return nil
	}
	return conflict(fmt.Sprintf("The %s was changed by someone else", thing), d.ID, fmt.Sprintf("Its version is %d, not %d", d.Version, *m.Version))
}

// writeSelected answers with the page that the query parameters select, by
// filters of the service's own and by q.
func writeSelected[T any](c *call, items []T, q string, filters map[string]func(item T, text string) bool) error {
	l := listing[T]{document: func(item T) any { return item }, sortable: true, lenient: true, pageSize: vendorPageSize}
	var selected []T
	for _, item := range items {
		if passes(c, item, filters) {
			selected = append(selected, item)
		}
	}
	if q != "" {
		var err error
		if selected, err = l.match(c, selected, q); err != nil {
			return err
		}
	}
	page, total, err := l.apply(c, selected)
	if err != nil {
		return err
	}
	return writePickedList(c, page, total)
}

func passes[T any](c *call, item T, filters map[string]func(item T, text string) bool) bool {
	for name, filter := range filters {
		if text := c.query(name); text != "" && !filter(item, text) {
			return false
		}
	}
	return true
}

// containsFold reports whether the text contains the part, in any case.
func containsFold(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}
