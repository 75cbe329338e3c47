package server

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// handleTeamProductList answers GET /team/{tenant}/products.
func (s *Server) handleTeamProductList(c *call) error {
	members, err := s.teamDocuments(c)
	if err != nil {
		return err
	}
	var documents []api.TeamProduct
	for _, p := range access.TeamProducts() {
		document := api.TeamProduct{ID: p.ID, Label: p.Label, Roles: wire.List(p.Roles), MemberIDs: []string{}}
		for _, m := range members {
			if slices.ContainsFunc(m.Products, func(held api.HeldProduct) bool { return held.Product == p.ID }) {
				document.MemberIDs = append(document.MemberIDs, m.ID)
			}
		}
		documents = append(documents, document)
	}
	return c.write(http.StatusOK, documents)
}

// handleTeamAssignmentPut answers PUT
// /team/{tenant}/members/{memberId}/products/{product}: the member may use the product, in
// the given role.
func (s *Server) handleTeamAssignmentPut(c *call) error {
	var body api.ProductAssignment
	if err := c.decode(&body); err != nil {
		return err
	}
	product := c.value("product")
	if err := refusedProduct(product, body.Role); err != nil {
		return err
	}
	a := store.ProductAssignment{Tenant: c.tenant, Product: product, Role: body.Role, CreatedAt: s.timestamp()}
	created := false
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		m, err := s.teamMember(c.ctx, tx, c.tenant, c.value("memberId"))
		if err != nil {
			return err
		}
		if err := access.CheckAssignable(access.TeamRole(m.Role)); err != nil {
			return conflict("Error while assigning product", m.ID, err.Error())
		}
		present, err := tx.ProductAssignmentsOf(c.ctx, c.tenant, m.ID)
		if err != nil {
			return fmt.Errorf("listing product assignments: %w", err)
		}
		created = !slices.ContainsFunc(present, func(a store.ProductAssignment) bool { return a.Product == product })
		a.MemberID = m.ID
		return tx.PutProductAssignment(c.ctx, a)
	})
	if err != nil {
		return err
	}
	if created {
		return c.write(http.StatusCreated, api.Created{ID: a.MemberID + "/" + product})
	}
	return c.done()
}

// refusedProduct refuses an unknown product with 404, and an unknown role of a product with
// 400.
func refusedProduct(product, role string) error {
	err := access.CheckProductRole(product, role)
	switch {
	case err == nil:
		return nil
	case !slices.ContainsFunc(access.TeamProducts(), func(p access.TeamProduct) bool { return p.ID == product }):
		return notFound("Error while assigning product", product, err.Error())
	}
	return badRequest("The role does not fit the product", err.Error())
}

// handleTeamAssignmentDelete answers DELETE
// /team/{tenant}/members/{memberId}/products/{product}.
func (s *Server) handleTeamAssignmentDelete(c *call) error {
	product := c.value("product")
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		m, err := s.teamMember(c.ctx, tx, c.tenant, c.value("memberId"))
		if err != nil {
			return err
		}
		err = tx.DeleteProductAssignment(c.ctx, c.tenant, m.ID, product)
		if errors.Is(err, store.ErrNotFound) {
			return notFound("Error while removing product", product, fmt.Sprintf("Product '%s' is not assigned to member '%s'", product, m.ID))
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.done()
}
