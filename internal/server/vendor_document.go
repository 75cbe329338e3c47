package server

import (
	"fmt"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// Vendors and locations share this: they are stored as JSON, listed with filters of their
// own, and versioned.

// putDocument stores a document as JSON.
func (s *Server) putDocument(c *call, tx store.DocumentTx, kind, id string, document any) error {
	text, err := encodeMixins(document)
	if err != nil {
		return fmt.Errorf("encoding %s %s: %w", kind, id, err)
	}
	now := s.timestamp()
	return tx.PutDocument(c.ctx, store.Document{Tenant: c.tenant, Kind: kind, ID: id, Body: text, CreatedAt: now, ModifiedAt: now})
}

// checkVersion refuses a change of another version than the stored one. Without a version,
// the last write wins.
func checkVersion(thing string, d store.Document, m *api.VendorExpected) error {
	if m.Allows(d.Version) {
		return nil
	}
	return outdated(thing, d.ID, d.Version, *m.Version)
}

// writeSelected responds with the page of items that match q and the filters of the
// service.
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

// containsFold reports whether the text contains the part, ignoring case.
func containsFold(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

// checkUnreferenced refuses to delete something that vendors refer to, and names these
// vendors.
func checkUnreferenced(c *call, tx store.DocumentTx, thing, id string, refers func(api.Vendor) bool) error {
	records, err := tx.Documents(c.ctx, c.tenant, store.KindVendor)
	if err != nil {
		return fmt.Errorf("listing vendors: %w", err)
	}
	var details []string
	for _, d := range records {
		v, err := wire.Vendor(d, nil)
		if err != nil {
			return err
		}
		if refers(v) {
			details = append(details, fmt.Sprintf("Vendor '%s' refers to it", v.ID))
		}
	}
	if len(details) > 0 {
		return violation(id, fmt.Sprintf("%s '%s' cannot be deleted while vendors refer to it", thing, id), details...)
	}
	return nil
}
