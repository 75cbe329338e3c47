package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// scopes returns the tenant's scopes by creation time, then id. Predefined scopes are as old
// as the tenant.
func (s *Server) scopes(ctx context.Context, tx store.Tx, tenant string) ([]api.Scope, error) {
	t, err := tx.Tenant(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("reading tenant %s: %w", tenant, err)
	}
	documents, err := tx.Documents(ctx, tenant, store.KindScope)
	if err != nil {
		return nil, fmt.Errorf("listing scopes: %w", err)
	}
	var list []api.Scope
	for _, p := range access.Scopes() {
		list = append(list, wire.PredefinedScope(p, t))
	}
	for _, d := range documents {
		if _, ok := access.ScopeByID(d.ID); ok {
			continue // it was created before there was a predefined one
		}
		scope, err := wire.Scope(d)
		if err != nil {
			return nil, err
		}
		list = append(list, scope)
	}
	slices.SortFunc(list, func(a, b api.Scope) int {
		return cmp.Or(cmp.Compare(a.Metadata.CreatedAt, b.Metadata.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

// scope loads a scope, or refuses with 404.
func (s *Server) scope(ctx context.Context, tx store.Tx, tenant, id string) (api.Scope, error) {
	if p, ok := access.ScopeByID(id); ok {
		t, err := tx.Tenant(ctx, tenant)
		if err != nil {
			return api.Scope{}, fmt.Errorf("reading tenant %s: %w", tenant, err)
		}
		return wire.PredefinedScope(p, t), nil
	}
	d, err := tx.Document(ctx, tenant, store.KindScope, id)
	if errors.Is(err, store.ErrNotFound) {
		return api.Scope{}, scopeNotFound(id)
	}
	if err != nil {
		return api.Scope{}, fmt.Errorf("reading scope: %w", err)
	}
	return wire.Scope(d)
}

// handleScopeList answers GET /iam/{tenant}/scopes, in all languages, whatever the request
// accepts.
func (s *Server) handleScopeList(c *call) error {
	list, err := s.scopes(c.ctx, s.store, c.tenant)
	if err != nil {
		return err
	}
	l := listing[api.Scope]{document: func(scope api.Scope) any { return scope }, filter: true, sortable: true}
	list, total, err := l.apply(c, list)
	if err != nil {
		return err
	}
	return writeList(c, list, total)
}

// handleScopeGet answers GET /iam/{tenant}/scopes/{scopeId}.
func (s *Server) handleScopeGet(c *call) error {
	scope, err := s.scope(c.ctx, s.store, c.tenant, c.value("scopeId"))
	if err != nil {
		return err
	}
	v, err := s.accepted(c)
	if err != nil {
		return err
	}
	scope.Description = v.Text(scope.Description)
	return c.write(http.StatusOK, scope)
}

// handleScopePut answers PUT /iam/{tenant}/scopes/{scopeId}: it replaces or creates the
// scope.
func (s *Server) handleScopePut(c *call) error {
	var body api.ScopeUpdate
	if err := c.decode(&body); err != nil {
		return err
	}
	id, created := c.value("scopeId"), false
	if _, ok := access.ScopeByID(id); ok {
		return violation(id, fmt.Sprintf("Scope '%s' is predefined and cannot be changed", id))
	}
	if !api.ValidScope(id) {
		return violation(id, "The id of a scope has 1 to 255 letters, digits, dots, hyphens and underscores")
	}
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) (err error) {
		created, err = s.putScope(c, tx, id, body)
		return err
	})
	switch {
	case err != nil:
		return err
	case created:
		return c.write(http.StatusCreated, api.Created{ID: id})
	}
	return c.done()
}

func (s *Server) putScope(c *call, tx store.Tx, id string, body api.ScopeUpdate) (created bool, err error) {
	record := store.Document{Tenant: c.tenant, Kind: store.KindScope, ID: id, CreatedAt: s.timestamp()}
	var stored api.Scope
	present, err := tx.Document(c.ctx, c.tenant, store.KindScope, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		created = true
	case err != nil:
		return false, fmt.Errorf("reading scope: %w", err)
	case !body.Metadata.Allows(present.Version):
		return false, outdated("scope", id, present.Version, *body.Metadata.Version)
	default:
		record.ModifiedAt = s.timestamp()
		if stored, err = wire.Scope(present); err != nil {
			return false, err
		}
	}
	known, err := tenantLanguages(c.ctx, tx, c.tenant)
	if err != nil {
		return false, err
	}
	scope := api.Scope{ID: id, Domain: body.Domain}
	if scope.Description, err = known.texts(c, "description", body.Description, stored.Description); err != nil {
		return false, err
	}
	text, err := json.Marshal(scope)
	if err != nil {
		return false, fmt.Errorf("encoding scope: %w", err)
	}
	record.Body = string(text)
	if err := tx.PutDocument(c.ctx, record); err != nil {
		return false, fmt.Errorf("writing scope: %w", err)
	}
	return created, nil
}

// handleScopeDelete answers DELETE /iam/{tenant}/scopes/{scopeId}. Access controls that hold
// the scope keep its id, which no longer grants anything.
func (s *Server) handleScopeDelete(c *call) error {
	id := c.value("scopeId")
	if _, ok := access.ScopeByID(id); ok {
		return violation(id, fmt.Sprintf("Scope '%s' is predefined and cannot be deleted", id))
	}
	err := s.store.DeleteDocument(c.ctx, c.tenant, store.KindScope, id)
	if errors.Is(err, store.ErrNotFound) {
		return scopeNotFound(id)
	}
	if err != nil {
		return fmt.Errorf("deleting scope: %w", err)
	}
	return c.done()
}

func scopeNotFound(id string) error {
	return notFound(fmt.Sprintf("Scope with id '%s' not found", id), id)
}

// handleUserScopes answers GET /iam/{tenant}/users/{userId}/scopes.
func (s *Server) handleUserScopes(c *call) error {
	if _, err := s.groupsOfKnownUser(c); err != nil {
		if m, memberErr := memberOf(c.ctx, s.store, c.tenant, store.User{}, c.value("userId")); memberErr != nil || m.ID == "" {
			return errors.Join(err, memberErr)
		}
	}
	held, err := s.userScopes(c.ctx, s.store, c.tenant, c.value("userId"))
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, held)
}
