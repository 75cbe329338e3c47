package server

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// company is what a customer's own scopes reach: the legal entities of its groups.
type company map[string]bool

// reaches reports whether the group is for customers of the company.
func (own company) reaches(g store.Group) bool {
	return g.UserType == string(access.Customer) && own[g.LegalEntityID]
}

// callersCompany returns the company of the calling customer.
func (s *Server) callersCompany(c *call, tx store.Tx) (company, error) {
	groups, err := tx.GroupsOfUser(c.ctx, c.tenant, c.subject)
	if err != nil {
		return nil, fmt.Errorf("listing the caller's groups: %w", err)
	}
	own := company{}
	for _, g := range groups {
		if g.UserType == string(access.Customer) && g.LegalEntityID != "" {
			own[g.LegalEntityID] = true
		}
	}
	return own, nil
}

// reachedGroup loads a group for a caller that holds the full scope or an own scope. With an
// own scope, it refuses a group outside the caller's company like one that does not
// exist.
func (s *Server) reachedGroup(c *call, tx store.Tx, id, full string) (store.Group, error) {
	if c.holds(full) {
		return s.group(c.ctx, tx, c.tenant, id)
	}
	own, err := s.callersCompany(c, tx)
	if err != nil {
		return store.Group{}, err
	}
	g, err := tx.Group(c.ctx, c.tenant, id)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && !own.reaches(g):
		return g, &failure{
			status: http.StatusForbidden, message: "Your scopes reach customers' groups of your own company only.",
			causes: messages("Required scope(s): [" + full + "]"),
		}
	case err != nil:
		return g, fmt.Errorf("reading group: %w", err)
	}
	return g, nil
}

// reachedGroups returns the groups that the caller reaches: all groups with the full scope,
// otherwise the customer groups of its company.
func (s *Server) reachedGroups(c *call) ([]store.Group, error) {
	groups, err := s.store.Groups(c.ctx, c.tenant)
	if err != nil {
		return nil, fmt.Errorf("listing groups: %w", err)
	}
	if c.holds(api.ScopeGroupRead) {
		return groups, nil
	}
	own, err := s.callersCompany(c, s.store)
	if err != nil {
		return nil, err
	}
	var reached []store.Group
	for _, g := range groups {
		if own.reaches(g) {
			reached = append(reached, g)
		}
	}
	return reached, nil
}
