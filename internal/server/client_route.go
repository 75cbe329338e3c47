package server

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// handleClientList answers GET /iam/{tenant}/clients.
func (s *Server) handleClientList(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	clients, err := s.store.Clients(c.ctx, c.tenant)
	if err != nil {
		return fmt.Errorf("listing API keys: %w", err)
	}
	documents := make([]api.Client, len(clients))
	for i, client := range clients {
		documents[i] = wire.Client(client)
	}
	return writeList(c, cut(documents, page), len(documents))
}

// handleClientGet answers GET /iam/{tenant}/clients/{clientId}.
func (s *Server) handleClientGet(c *call) error {
	client, err := s.store.Client(c.ctx, c.value("clientId"))
	if errors.Is(err, store.ErrNotFound) || err == nil && client.Tenant != c.tenant {
		return noClient(c.value("clientId"))
	}
	if err != nil {
		return fmt.Errorf("reading the API key: %w", err)
	}
	return c.write(http.StatusOK, wire.Client(client))
}

func noClient(id string) error {
	return notFound("Error while getting API key", id, fmt.Sprintf("API key with id '%s' not found", id))
}

// handleClientCreate answers POST /iam/{tenant}/clients. The new key has no more rights
// than its creator.
func (s *Server) handleClientCreate(c *call) error {
	var body api.ClientCreate
	if err := c.decode(&body); err != nil {
		return err
	}
	if body.MakeKey {
		return s.createMakeKey(c, body)
	}
	if body.ID == "" {
		return badRequest("The body is incomplete", "Required member is missing: id")
	}
	if !api.ValidID(body.ID) || len(body.ID) <= len(c.tenant)+1 || !strings.HasPrefix(body.ID, c.tenant+"-") {
		// All tenants share the ids.
		return violation(body.ID, fmt.Sprintf("id must begin with %s- and have at most 66 letters, digits, dots, hyphens and underscores", c.tenant))
	}
	scopes, err := c.handedOn(body)
	if err != nil {
		return err
	}
	secret, err := s.clients.Create(c.ctx, c.tenant, body.ID, scopes)
	if errors.Is(err, store.ErrExists) {
		return conflict("The id of the API key is in use", body.ID, "Choose another id, or rotate the existing key")
	}
	if err != nil {
		return err
	}
	return c.writeSecret(http.StatusCreated, body.ID, secret)
}

// createMakeKey creates a key for the reference Make.
func (s *Server) createMakeKey(c *call, body api.ClientCreate) error {
	if body.ID != "" || body.Scopes != nil {
		return violation(body.ID, "A key for Make has an id and a scope of its own: leave out id and scopes")
	}
	if err := c.checkHolds("An API key cannot get a scope that the request's own token lacks.", []string{api.ScopeMakeManage}); err != nil {
		return err
	}
	id, key, err := s.clients.CreateMakeKey(c.ctx, c.tenant)
	if err != nil {
		return err
	}
	return c.writeSecret(http.StatusCreated, id, key)
}

// handedOn returns the scopes of a new API key: those of the body, each once, if the
// caller holds them, or all that the caller holds.
func (c *call) handedOn(body api.ClientCreate) ([]string, error) {
	if body.Scopes == nil {
		body.Scopes = slices.DeleteFunc(slices.Clone(c.scopes), func(scope string) bool { return !c.holds(scope) })
	}
	if len(body.Scopes) == 0 {
		return nil, violation(body.ID, "scopes must name a scope: leave it out for the scopes of the request's own token")
	}
	var scopes []string
	for _, scope := range body.Scopes {
		if !api.ValidScope(scope) {
			return nil, violation(body.ID, fmt.Sprintf("scopes must be a list of scopes such as %s, unlike %q", api.ScopeUserRead, scope))
		}
		if !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	return scopes, c.checkHolds("An API key cannot get a scope that the request's own token lacks.", scopes)
}

// checkHolds refuses a caller that lacks one of the scopes.
func (c *call) checkHolds(message string, scopes []string) error {
	missing := slices.DeleteFunc(slices.Clone(scopes), c.holds)
	if len(missing) == 0 {
		return nil
	}
	return &failure{status: http.StatusForbidden, message: message, causes: messages("Required scope(s): [" + strings.Join(missing, ", ") + "]")}
}

// mayChange refuses a caller that would gain rights from the API key: from its new secret,
// or from creating a key in its place.
func (c *call) mayChange(client store.Client) error {
	return c.checkHolds("Changing an API key requires a token that holds all of its scopes.", wire.ClientScopes(client))
}

// handleClientRotate answers POST /iam/{tenant}/clients/{clientId}/rotate.
func (s *Server) handleClientRotate(c *call) error {
	id := c.value("clientId")
	secret, err := s.clients.rotate(c.ctx, c.tenant, id, c.mayChange)
	if errors.Is(err, store.ErrNotFound) {
		return noClient(id)
	}
	if errors.Is(err, ErrMakeKey) {
		return violation(id, "A key for Make is found by itself, so it cannot change", "Create another one, and revoke this one")
	}
	if err != nil {
		return err
	}
	return c.writeSecret(http.StatusOK, id, secret)
}

// writeSecret responds with a new secret, which caches must not store.
func (c *call) writeSecret(status int, id, secret string) error {
	c.w.Header().Set("Cache-Control", "no-store")
	return c.write(status, api.ClientSecret{ID: id, Secret: secret})
}

// handleClientDelete answers DELETE /iam/{tenant}/clients/{clientId}.
func (s *Server) handleClientDelete(c *call) error {
	err := s.clients.revoke(c.ctx, c.tenant, c.value("clientId"), c.mayChange)
	if errors.Is(err, store.ErrNotFound) {
		return noClient(c.value("clientId"))
	}
	if err != nil {
		return err
	}
	return c.done()
}
