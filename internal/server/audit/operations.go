package audit

import (
	"context"
	"slices"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

func (r recorder) CreateTenant(ctx context.Context, t store.Tenant) error {
	return recordCreation(ctx, r, recordedTenant, t, func(tx store.Tx) error { return tx.CreateTenant(ctx, t) })
}

func (r recorder) CreateClient(ctx context.Context, c store.Client) error {
	return recordCreation(ctx, r, recordedClient, c, func(tx store.Tx) error { return tx.CreateClient(ctx, c) })
}

// UpdateClient records nothing if only the hash of the same secret changes.
func (r recorder) UpdateClient(ctx context.Context, tenant, id string, fn func(c *store.Client) error) error {
	return recordChange(ctx, r, recordedClient,
		func(tx store.Tx) ([]store.Client, error) { return clientOf(ctx, tx, tenant, id) },
		func(tx store.Tx) error { return tx.UpdateClient(ctx, tenant, id, fn) })
}

func (r recorder) DeleteClient(ctx context.Context, tenant, id string) error {
	return recordChange(ctx, r, recordedClient,
		func(tx store.Tx) ([]store.Client, error) { return clientOf(ctx, tx, tenant, id) },
		func(tx store.Tx) error { return tx.DeleteClient(ctx, tenant, id) })
}

// clientOf returns the tenant's client with the id, if it exists.
func clientOf(ctx context.Context, tx store.Tx, tenant, id string) ([]store.Client, error) {
	list, err := optional(tx.Client(ctx, id))
	return slices.DeleteFunc(list, func(c store.Client) bool { return c.Tenant != tenant }), err
}

func (r recorder) CreateUser(ctx context.Context, u store.User) error {
	return recordCreation(ctx, r, recordedUser, u, func(tx store.Tx) error { return tx.CreateUser(ctx, u) })
}

func (r recorder) UpdateUser(ctx context.Context, tenant, id string, fn func(u *store.User) error) error {
	return recordChange(ctx, r, recordedUser,
		func(tx store.Tx) ([]store.User, error) { return optional(tx.User(ctx, tenant, id)) },
		func(tx store.Tx) error { return tx.UpdateUser(ctx, tenant, id, fn) })
}

// DeleteUser also records the memberships that are deleted with the user.
func (r recorder) DeleteUser(ctx context.Context, tenant, id string) error {
	return recordChange(ctx, r, recordedMembership, membershipsOf(ctx, tenant, id), func(tx store.Tx) error {
		return recordChange(ctx, r.in(tx), recordedUser,
			func(tx store.Tx) ([]store.User, error) { return optional(tx.User(ctx, tenant, id)) },
			func(tx store.Tx) error { return tx.DeleteUser(ctx, tenant, id) })
	})
}

func (r recorder) CreateGroup(ctx context.Context, g store.Group) error {
	created := g
	created.Version = 1
	return recordCreation(ctx, r, recordedGroup, created, func(tx store.Tx) error { return tx.CreateGroup(ctx, g) })
}

func (r recorder) UpdateGroup(ctx context.Context, tenant, id string, fn func(g *store.Group) error) error {
	return recordChange(ctx, r, recordedGroup,
		func(tx store.Tx) ([]store.Group, error) { return optional(tx.Group(ctx, tenant, id)) },
		func(tx store.Tx) error { return tx.UpdateGroup(ctx, tenant, id, fn) })
}

func (r recorder) DeleteGroup(ctx context.Context, tenant, id string) error {
	return recordChange(ctx, r, recordedGroup,
		func(tx store.Tx) ([]store.Group, error) { return optional(tx.Group(ctx, tenant, id)) },
		func(tx store.Tx) error { return tx.DeleteGroup(ctx, tenant, id) })
}

func (r recorder) CreateAssignment(ctx context.Context, a store.Assignment) error {
	return recordCreation(ctx, r, recordedMembership, a, func(tx store.Tx) error { return tx.CreateAssignment(ctx, a) })
}

func (r recorder) DeleteAssignment(ctx context.Context, tenant, groupID, userID string) error {
	return recordChange(ctx, r, recordedMembership,
		func(tx store.Tx) ([]store.Assignment, error) {
			return optional(tx.Assignment(ctx, tenant, groupID, userID))
		},
		func(tx store.Tx) error { return tx.DeleteAssignment(ctx, tenant, groupID, userID) })
}

func (r recorder) DeleteMembers(ctx context.Context, tenant, groupID string) error {
	return recordChange(ctx, r, recordedMembership,
		func(tx store.Tx) ([]store.Assignment, error) {
			members, _, err := tx.Members(ctx, tenant, groupID, store.Page{})
			return members, err
		},
		func(tx store.Tx) error { return tx.DeleteMembers(ctx, tenant, groupID) })
}

func (r recorder) DeleteMemberships(ctx context.Context, tenant, userID string) error {
	return recordChange(ctx, r, recordedMembership, membershipsOf(ctx, tenant, userID),
		func(tx store.Tx) error { return tx.DeleteMemberships(ctx, tenant, userID) })
}

func membershipsOf(ctx context.Context, tenant, userID string) func(tx store.Tx) ([]store.Assignment, error) {
	return func(tx store.Tx) ([]store.Assignment, error) { return tx.Memberships(ctx, tenant, userID) }
}

func (r recorder) CreateAccessControl(ctx context.Context, c store.AccessControl) error {
	created := c
	created.Version = 1
	return recordCreation(ctx, r, recordedControl, created, func(tx store.Tx) error { return tx.CreateAccessControl(ctx, c) })
}

func (r recorder) UpdateAccessControl(ctx context.Context, tenant, id string, fn func(c *store.AccessControl) error) error {
	return recordChange(ctx, r, recordedControl,
		func(tx store.Tx) ([]store.AccessControl, error) { return optional(tx.AccessControl(ctx, tenant, id)) },
		func(tx store.Tx) error { return tx.UpdateAccessControl(ctx, tenant, id, fn) })
}

func (r recorder) DeleteAccessControl(ctx context.Context, tenant, id string) error {
	return recordChange(ctx, r, recordedControl,
		func(tx store.Tx) ([]store.AccessControl, error) { return optional(tx.AccessControl(ctx, tenant, id)) },
		func(tx store.Tx) error { return tx.DeleteAccessControl(ctx, tenant, id) })
}

func (r recorder) CreateTemplate(ctx context.Context, t store.Template) error {
	created := t
	created.Version = 1
	return recordCreation(ctx, r, recordedTemplate, created, func(tx store.Tx) error { return tx.CreateTemplate(ctx, t) })
}

func (r recorder) UpdateTemplate(ctx context.Context, tenant, id string, fn func(t *store.Template) error) error {
	return recordChange(ctx, r, recordedTemplate,
		func(tx store.Tx) ([]store.Template, error) { return optional(tx.Template(ctx, tenant, id)) },
		func(tx store.Tx) error { return tx.UpdateTemplate(ctx, tenant, id, fn) })
}

func (r recorder) DeleteTemplate(ctx context.Context, tenant, id string) error {
	return recordChange(ctx, r, recordedTemplate,
		func(tx store.Tx) ([]store.Template, error) { return optional(tx.Template(ctx, tenant, id)) },
		func(tx store.Tx) error { return tx.DeleteTemplate(ctx, tenant, id) })
}

func (r recorder) PutDocument(ctx context.Context, d store.Document) error {
	return recordChange(ctx, r, recordedDocument,
		func(tx store.Tx) ([]store.Document, error) { return optional(tx.Document(ctx, d.Tenant, d.Kind, d.ID)) },
		func(tx store.Tx) error { return tx.PutDocument(ctx, d) })
}

func (r recorder) DeleteDocument(ctx context.Context, tenant, kind, id string) error {
	return recordChange(ctx, r, recordedDocument,
		func(tx store.Tx) ([]store.Document, error) { return optional(tx.Document(ctx, tenant, kind, id)) },
		func(tx store.Tx) error { return tx.DeleteDocument(ctx, tenant, kind, id) })
}

func (r recorder) CreateTeamMember(ctx context.Context, m store.TeamMember) error {
	return recordCreation(ctx, r, recordedTeamMember, m, func(tx store.Tx) error { return tx.CreateTeamMember(ctx, m) })
}

func (r recorder) UpdateTeamMember(ctx context.Context, tenant, id string, fn func(m *store.TeamMember) error) error {
	return recordChange(ctx, r, recordedTeamMember, teamMembers(ctx, tenant, id),
		func(tx store.Tx) error { return tx.UpdateTeamMember(ctx, tenant, id, fn) })
}

// TransferTeam records both members, whose roles change.
func (r recorder) TransferTeam(ctx context.Context, tenant, from, to string) error {
	return recordChange(ctx, r, recordedTeamMember, teamMembers(ctx, tenant, from, to),
		func(tx store.Tx) error { return tx.TransferTeam(ctx, tenant, from, to) })
}

// DeleteTeamMember also records the products that are removed with the member.
func (r recorder) DeleteTeamMember(ctx context.Context, tenant, id string) error {
	return recordChange(ctx, r, recordedProduct, productsOf(ctx, tenant, id), func(tx store.Tx) error {
		return recordChange(ctx, r.in(tx), recordedTeamMember, teamMembers(ctx, tenant, id),
			func(tx store.Tx) error { return tx.DeleteTeamMember(ctx, tenant, id) })
	})
}

// teamMembers reads the members that exist.
func teamMembers(ctx context.Context, tenant string, ids ...string) func(tx store.Tx) ([]store.TeamMember, error) {
	return func(tx store.Tx) ([]store.TeamMember, error) {
		var members []store.TeamMember
		for _, id := range ids {
			found, err := optional(tx.TeamMember(ctx, tenant, id))
			if err != nil {
				return nil, err
			}
			members = append(members, found...)
		}
		return members, nil
	}
}

func (r recorder) PutProductAssignment(ctx context.Context, a store.ProductAssignment) error {
	return recordChange(ctx, r, recordedProduct, productsOf(ctx, a.Tenant, a.MemberID),
		func(tx store.Tx) error { return tx.PutProductAssignment(ctx, a) })
}

func (r recorder) DeleteProductAssignment(ctx context.Context, tenant, memberID, product string) error {
	return recordChange(ctx, r, recordedProduct, productsOf(ctx, tenant, memberID),
		func(tx store.Tx) error { return tx.DeleteProductAssignment(ctx, tenant, memberID, product) })
}

func (r recorder) DeleteProductAssignments(ctx context.Context, tenant, memberID string) error {
	return recordChange(ctx, r, recordedProduct, productsOf(ctx, tenant, memberID),
		func(tx store.Tx) error { return tx.DeleteProductAssignments(ctx, tenant, memberID) })
}

func productsOf(ctx context.Context, tenant, memberID string) func(tx store.Tx) ([]store.ProductAssignment, error) {
	return func(tx store.Tx) ([]store.ProductAssignment, error) {
		return tx.ProductAssignmentsOf(ctx, tenant, memberID)
	}
}

func (r recorder) CreateInvitation(ctx context.Context, i store.Invitation) error {
	return recordCreation(ctx, r, recordedInvitation, i, func(tx store.Tx) error { return tx.CreateInvitation(ctx, i) })
}

func (r recorder) UpdateInvitation(ctx context.Context, tenant, id string, fn func(i *store.Invitation) error) error {
	return recordChange(ctx, r, recordedInvitation,
		func(tx store.Tx) ([]store.Invitation, error) { return optional(tx.Invitation(ctx, tenant, id)) },
		func(tx store.Tx) error { return tx.UpdateInvitation(ctx, tenant, id, fn) })
}

func (r recorder) AcceptInvitations(ctx context.Context, tenant, subjectID string, at time.Time) error {
	return recordChange(ctx, r, recordedInvitation, invitationsOf(ctx, tenant, subjectID),
		func(tx store.Tx) error { return tx.AcceptInvitations(ctx, tenant, subjectID, at) })
}

func (r recorder) CloseInvitations(ctx context.Context, tenant, kind, subjectID string) error {
	return recordChange(ctx, r, recordedInvitation, invitationsOf(ctx, tenant, subjectID),
		func(tx store.Tx) error { return tx.CloseInvitations(ctx, tenant, kind, subjectID) })
}

func invitationsOf(ctx context.Context, tenant, subjectID string) func(tx store.Tx) ([]store.Invitation, error) {
	return func(tx store.Tx) ([]store.Invitation, error) { return tx.InvitationsOf(ctx, tenant, subjectID) }
}
