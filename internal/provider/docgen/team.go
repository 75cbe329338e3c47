package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// teamTables lists what the roles of a team, and those of its products, let a person do.
func teamTables(b *strings.Builder) {
	roles := append([]access.TeamRole{access.RoleOwner}, access.GivenRoles()...)
	b.WriteString("## Team\n\nWhat a role in the team lets a person do. The ids are those of `abilities` in [iam_user_permissions](../data-sources/user_permissions.md). " +
		"A person may do it after joining the team, unless the user is locked: the scopes in the last row are in the person's tokens.\n\n")
	b.WriteString("| ability | |")
	for _, r := range roles {
		fmt.Fprintf(b, " `%s` |", r)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(roles)) + "\n")
	for _, a := range access.TeamAbilities() {
		fmt.Fprintf(b, "| `team.%s` | %s |", a.ID, a.Label)
		for _, r := range roles {
			fmt.Fprintf(b, " %s |", yes(slices.Contains(a.Roles, r)))
		}
		b.WriteString("\n")
	}
	b.WriteString("| scopes | |")
	for _, r := range roles {
		scopes := codes(access.ScopeUser{Team: r}.Scopes()...)
		fmt.Fprintf(b, " %s |", strings.TrimSpace(scopes+map[bool]string{true: "–"}[scopes == ""]))
	}
	b.WriteString("\n\nWhat a member may do in each predefined product. The Owner and Admins have the first role and every permission. " +
		"A tenant can add products of its own with [iam_product](../resources/product.md).\n\n| ability | | needs |\n|---|---|---|\n")
	for _, p := range access.PredefinedProducts() {
		for _, a := range p.Abilities {
			needs := "the product"
			switch {
			case a.Permission != "":
				needs = "the permission `" + a.Permission + "`"
			case len(a.Roles) > 0:
				needs = "the role " + strings.ReplaceAll(codes(a.Roles...), ", ", " or ")
			}
			fmt.Fprintf(b, "| `%s.%s` | %s: %s | %s |\n", p.ID, a.ID, p.Label, a.Label, needs)
		}
	}
}

func yes(may bool) string {
	if may {
		return "yes"
	}
	return "–"
}
