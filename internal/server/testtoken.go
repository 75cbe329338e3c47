package server

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/audit"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// handleTestToken answers POST /iam/{tenant}/users/{userId}/test-token: the token that the
// user would get by logging in, which another service does. A caller that may change users
// can act as one, within its own scopes, if the backend was started for tests.
func (s *Server) handleTestToken(c *call) error {
	if !s.testTokens {
		return &failure{
			status: http.StatusForbidden, message: "This backend gives no test tokens: with one, a caller acts as any user.",
			causes: messages("For tests, start it with serve --test-tokens"),
		}
	}
	var body api.TestTokenRequest
	if c.r.ContentLength != 0 {
		if err := c.decode(&body); err != nil {
			return err
		}
	}
	kind, err := parseUserType(string(body.UserType), c.value("userId"))
	if err != nil {
		return err
	}
	id, scopes, member := c.value("userId"), []string(nil), false
	err = s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		scopes = api.OwnScopes()
		if kind == access.Employee {
			if id, scopes, member, err = s.logIn(c.ctx, tx, c.tenant, id); err != nil {
				return err
			}
		}
		scopes = c.within(scopes)
		return s.noteToken(c.ctx, tx, c.tenant, "test-token", tokenEvent{UserID: id, UserType: kind, Scopes: scopes, AskedBy: c.subject})
	})
	if err != nil {
		return err
	}
	return s.writeToken(c, id, claims{Tenant: c.tenant, UserType: kind, Member: member, Act: &actingParty{Subject: c.subject}}, scopes)
}

// logIn notes a login of an employee, and returns the employee's id and effective scopes. A
// member of the team who is not a user of the tenant can log in as well.
func (s *Server) logIn(ctx context.Context, tx store.Tx, tenant, employee string) (id string, scopes []string, member bool, err error) {
	id = employee
	email, u, err := person(ctx, tx, tenant, id)
	switch {
	case err != nil:
		return "", nil, false, err
	case u.ID != "" && email == "":
		return "", nil, false, violation(u.ID, fmt.Sprintf("User '%s' is locked and gets no token: unlock it first", u.ID))
	case email == "":
		return "", nil, false, s.refusedLogIn(ctx, tx, tenant, id)
	case u.ID != "":
		id = u.ID
	}
	effective, err := s.userScopes(ctx, tx, tenant, id)
	if err != nil {
		return "", nil, false, err
	}
	for _, scope := range strings.Fields(effective.Scopes) {
		if !strings.HasPrefix(scope, tenantMark) {
			scopes = append(scopes, scope)
		}
	}
	if u.ID == "" {
		return id, scopes, true, nil
	}
	return id, scopes, false, tx.UpdateUser(ctx, tenant, id, func(u *store.User) error {
		u.LastLogin = s.timestamp()
		return nil
	})
}

// refusedLogIn refuses a person who is not a user and has not joined the team.
func (s *Server) refusedLogIn(ctx context.Context, tx store.Tx, tenant, id string) error {
	m, err := memberOf(ctx, tx, tenant, store.User{}, id)
	if err == nil && m.ID != "" {
		return violation(id, fmt.Sprintf("Member '%s' of the team has not joined it yet: the invitation must be accepted first", id))
	}
	if err == nil {
		_, err = s.user(ctx, tx, tenant, id)
	}
	return err
}

// within returns the scopes that the caller may pass on: its own, or all of them if it
// holds every scope of this API.
func (c *call) within(scopes []string) []string {
	if !slices.ContainsFunc(api.AllScopes(), func(scope string) bool { return !c.holds(scope) }) {
		return scopes
	}
	return slices.DeleteFunc(slices.Clone(scopes), func(scope string) bool { return !c.holds(scope) })
}

// tokenEvent is the document in audit events of a token that a person got, or someone who
// acts as the person.
type tokenEvent struct {
	UserID   string          `json:"userId"`
	UserType access.UserType `json:"userType"`
	Scopes   []string        `json:"scopes"`
	AskedBy  string          `json:"askedBy,omitempty"` // of a test token: id of the API key or user
}

func (s *Server) noteToken(ctx context.Context, tx store.Tx, tenant, kind string, event tokenEvent) error {
	event.Scopes = wire.List(event.Scopes)
	return audit.AppendCreation(ctx, tx, s.now(), audit.Object{Tenant: tenant, Kind: kind, ID: event.UserID}, event)
}
