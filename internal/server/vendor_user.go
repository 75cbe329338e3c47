package server

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// handleVendorUserList answers GET /iam/{tenant}/users/vendors/{vendorId}: the
// employees in groups of the vendor. All of them come at once unless the
// request asks for a page.
func (s *Server) handleVendorUserList(c *call) error {
	users, err := s.usersOfVendor(c)
	if err != nil {
		return err
	}
	page := store.Page{Limit: len(users)}
	if c.query("pageNumber") != "" || c.query("pageSize") != "" {
		if page, err = c.page(); err != nil {
			return err
		}
	}
	documents, err := s.userDocuments(c, cut(users, page), true)
	if err != nil {
		return err
	}
	return writeList(c, documents, len(users))
}

// usersOfVendor loads the members of the groups of the path's vendor, in the
// order of the list of all users.
func (s *Server) usersOfVendor(c *call) ([]store.User, error) {
	groups, err := groupsOfVendor(c.ctx, s.store, c.tenant, c.value("vendorId"))
	if err != nil {
		return nil, err
	}
	var users []store.User
	seen := map[string]bool{}
	for _, g := range groups {
		members, _, err := s.store.Members(c.ctx, c.tenant, g.ID, store.Page{})
		if err != nil {
			return nil, fmt.Errorf("listing members: %w", err)
		}
		for _, m := range members {
			if seen[m.UserID] {
				continue
			}
			seen[m.UserID] = true
			u, err := s.store.User(c.ctx, c.tenant, m.UserID)
			if errors.Is(err, store.ErrNotFound) {
				continue // deleted since the members were read
			}
			if err != nil {
				return nil, fmt.Errorf("reading user: %w", err)
			}
			users = append(users, u)
		}
	}
	slices.SortFunc(users, func(a, b store.User) int {
		if byTime := a.CreatedAt.Compare(b.CreatedAt); byTime != 0 {
			return byTime
		}
		return strings.Compare(a.ID, b.ID)
	})
	return users, nil
}
