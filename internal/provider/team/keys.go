package team

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// memberKey is the natural key of a member.
var memberKey = plumbing.NaturalKey{
	Thing: plumbing.TeamMember("").Kind, At: []string{"email"}, Fold: true, Label: "role",
	List: func(ctx context.Context, d *plumbing.Data) (map[string]bool, error) {
		members, err := d.Client.TeamMembers(ctx)
		emails := make(map[string]bool, len(members))
		for _, m := range members {
			emails[strings.ToLower(m.Email)] = false
		}
		return emails, err
	},
	Model: func(ctx context.Context, d *plumbing.Data, email string, _ *diag.Diagnostics) (any, error) {
		member, err := d.Client.TeamMemberByEmail(ctx, email)
		if err != nil {
			return nil, err
		}
		var m memberModel
		m.fromAPI(*member)
		return m, nil
	},
	Silent: []string{"status"}, Fill: []string{"id", "status"},
}

// ownerKey is the natural key of the Owner: a team always has exactly one.
var ownerKey = plumbing.NaturalKey{Thing: "team owner", Label: "member_id", Stays: true}

// productKey is the natural key of a product of the tenant's own.
var productKey = plumbing.NaturalKey{
	Thing: "product", At: []string{"id"}, Label: "label",
	List: func(ctx context.Context, d *plumbing.Data) (map[string]bool, error) {
		products, err := d.Client.TeamProducts(ctx)
		ids := make(map[string]bool, len(products))
		for _, p := range products {
			ids[p.ID] = p.Predefined
		}
		return ids, err
	},
	Model: func(ctx context.Context, d *plumbing.Data, id string, _ *diag.Diagnostics) (any, error) {
		p, err := d.Client.TeamProduct(ctx, id)
		if err != nil {
			return nil, err
		}
		var m productModel
		m.fromAPI(*p)
		return m, nil
	},
}

// assignmentKey is the natural key of an assignment.
var assignmentKey = plumbing.NaturalKey{
	Thing: "product assignment", At: []string{"member_id", "product"}, Label: "role",
	List: func(ctx context.Context, d *plumbing.Data) (map[string]bool, error) {
		members, err := d.Client.TeamMembers(ctx)
		keys := map[string]bool{}
		for _, m := range members {
			for _, held := range m.Products {
				if !held.ByTeamRole {
					keys[m.ID+"/"+held.Product] = false
				}
			}
		}
		return keys, err
	},
	Model: func(ctx context.Context, d *plumbing.Data, key string, _ *diag.Diagnostics) (any, error) {
		memberID, product, _ := strings.Cut(key, "/")
		m := assignmentModel{MemberID: types.StringValue(memberID), Product: types.StringValue(product)}
		m.setID()
		member, err := d.Client.TeamMember(ctx, memberID)
		if err != nil {
			return nil, err
		}
		held := m.heldBy(*member)
		if held == nil {
			return nil, &client.NotFoundError{What: "product assignment " + key}
		}
		m.set(*held)
		return m, nil
	},
	Fill: []string{"id"},
}
