package server

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// handleTeamAssignmentPut answers PUT
// /team/{tenant}/members/{memberId}/products/{product}: the member may use the product, in
// the given role.
func (s *Server) handleTeamAssignmentPut(c *call) error {
	var body api.ProductAssignment
	if err := c.decode(&body); err != nil {
		return err
	}
	product := c.value("product")
	a := store.ProductAssignment{Tenant: c.tenant, Product: product, Role: body.Role, Permissions: body.Permissions, CreatedAt: s.timestamp()}
	created := false
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		if err := refusedProduct(c, tx, product, access.Assignment{Role: body.Role, Permissions: body.Permissions}); err != nil {
			return err
		}
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

// refusedProduct refuses an unknown product with 404, and an unknown role or permission of
// a product with 400.
func refusedProduct(c *call, tx store.Tx, product string, a access.Assignment) error {
	added, err := addedProducts(c.ctx, tx, c.tenant)
	if err != nil {
		return err
	}
	products := access.TeamProducts(added)
	err = access.CheckAssignment(products, product, a)
	if err == nil {
		return nil
	}
	if _, ok := access.FindProduct(products, product); !ok {
		return notFound("Error while assigning product", product, err.Error())
	}
	return badRequest("The assignment does not fit the product", err.Error())
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
