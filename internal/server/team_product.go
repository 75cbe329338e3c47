package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// addedProducts returns the products that the tenant has added to its team, oldest first.
func addedProducts(ctx context.Context, tx store.DocumentTx, tenant string) ([]access.TeamProduct, error) {
	documents, err := tx.Documents(ctx, tenant, store.KindTeamProduct)
	if err != nil {
		return nil, fmt.Errorf("listing products: %w", err)
	}
	var products []access.TeamProduct
	for _, d := range documents {
		p, err := wire.AddedProduct(d)
		if err != nil {
			return nil, err
		}
		products = append(products, access.TeamProduct{ID: d.ID, Label: p.Label, Roles: p.Roles})
	}
	return products, nil
}

// handleTeamProductList answers GET /team/{tenant}/products.
func (s *Server) handleTeamProductList(c *call) error {
	members, err := s.teamDocuments(c)
	if err != nil {
		return err
	}
	added, err := addedProducts(c.ctx, s.store, c.tenant)
	if err != nil {
		return err
	}
	var documents []api.TeamProduct
	for i, p := range access.TeamProducts(added) {
		document := api.TeamProduct{
			ID: p.ID, Label: p.Label, Roles: wire.List(p.Roles), Permissions: wire.List(p.Permissions),
			Predefined: i < len(access.PredefinedProducts()), MemberIDs: []string{},
		}
		for _, m := range members {
			if slices.ContainsFunc(m.Products, func(held api.HeldProduct) bool { return held.Product == p.ID }) {
				document.MemberIDs = append(document.MemberIDs, m.ID)
			}
		}
		documents = append(documents, document)
	}
	return c.write(http.StatusOK, documents)
}

// handleTeamProductPut answers PUT /team/{tenant}/products/{product}: it adds a product to
// the team, or changes it. Roles that members have in it cannot be removed.
func (s *Server) handleTeamProductPut(c *call) error {
	var body api.TeamProductUpdate
	if err := c.decode(&body, "label"); err != nil {
		return err
	}
	id, created := c.value("product"), false
	if !api.ValidID(id) {
		return violation(id, "The id of a product has 1 to 66 letters, digits, dots, hyphens and underscores")
	}
	if strings.TrimSpace(body.Label) == "" {
		return badRequest("label must not be empty")
	}
	if err := access.CheckAdded(access.TeamProduct{ID: id, Label: body.Label, Roles: body.Roles}); err != nil {
		return violation(id, "The product cannot be added", err.Error())
	}
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		_, err := tx.Document(c.ctx, c.tenant, store.KindTeamProduct, id)
		created = errors.Is(err, store.ErrNotFound)
		if err != nil && !created {
			return fmt.Errorf("reading product: %w", err)
		}
		if err := checkHeldRoles(c, tx, id, body.Roles); err != nil {
			return err
		}
		return s.putDocument(c, tx, store.KindTeamProduct, id, body)
	})
	switch {
	case err != nil:
		return err
	case created:
		return c.write(http.StatusCreated, api.Created{ID: id})
	}
	return c.done()
}

// checkHeldRoles refuses roles of a product that do not fit its assignments.
func checkHeldRoles(c *call, tx store.Tx, product string, roles []string) error {
	assignments, err := assignmentsOf(c, tx, product)
	if err != nil {
		return err
	}
	for _, a := range assignments {
		if err := access.CheckAssignment([]access.TeamProduct{{ID: product, Label: product, Roles: roles}}, product, access.Assignment{Role: a.Role}); err != nil {
			return conflict("Error while changing product", product, fmt.Sprintf("Product '%s' is assigned to member '%s' with the role '%s': %v", product, a.MemberID, a.Role, err))
		}
	}
	return nil
}

// assignmentsOf returns the assignments of a product.
func assignmentsOf(c *call, tx store.TeamTx, product string) ([]store.ProductAssignment, error) {
	assignments, err := tx.ProductAssignments(c.ctx, c.tenant)
	if err != nil {
		return nil, fmt.Errorf("listing product assignments: %w", err)
	}
	return slices.DeleteFunc(assignments, func(a store.ProductAssignment) bool { return a.Product != product }), nil
}

// handleTeamProductDelete answers DELETE /team/{tenant}/products/{product}. A product that
// is assigned to members is not deleted.
func (s *Server) handleTeamProductDelete(c *call) error {
	id := c.value("product")
	if _, ok := access.FindProduct(access.PredefinedProducts(), id); ok {
		return violation(id, fmt.Sprintf("Product '%s' is predefined and cannot be deleted", id))
	}
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		assignments, err := assignmentsOf(c, tx, id)
		if err != nil {
			return err
		}
		if n := len(assignments); n > 0 {
			return conflict("Error while deleting product", id, fmt.Sprintf("Product '%s' is assigned to %d members, for example '%s': remove it from them first", id, n, assignments[0].MemberID))
		}
		err = tx.DeleteDocument(c.ctx, c.tenant, store.KindTeamProduct, id)
		if errors.Is(err, store.ErrNotFound) {
			return notFound("Error while deleting product", id, fmt.Sprintf("Product with id '%s' not found", id))
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.done()
}
