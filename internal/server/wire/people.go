package wire

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// User converts a user. A locked user shows as INACTIVE; the record keeps the
// status without the lock.
func User(u store.User, groupIDs []string) api.User {
	if u.Locked {
		u.Status = string(api.UserInactive)
	}
	return api.User{
		ID: u.ID, FirstName: u.FirstName, LastName: u.LastName, ContactEmail: u.Email, Department: u.Department,
		PreferredSite: u.PreferredSite, PreferredCurrency: u.PreferredCurrency, PreferredLanguage: u.PreferredLanguage,
		BackofficeUserNumber: u.BackofficeNumber, ValidFrom: Time(u.CreatedAt), IsAccountLocked: u.Locked,
		Status: api.UserStatus(u.Status), GroupIDs: List(groupIDs), LastLogin: Time(u.LastLogin),
	}
}

// TeamMember converts a member of the team, with those of the products that it may use.
func TeamMember(m store.TeamMember, assigned []store.ProductAssignment, all []access.TeamProduct) api.TeamMember {
	byProduct := map[string]access.Assignment{}
	for _, a := range assigned {
		byProduct[a.Product] = access.Assignment{Role: a.Role, Permissions: a.Permissions}
	}
	products := []api.HeldProduct{}
	for _, held := range access.TeamRole(m.Role).Holds(all, byProduct) {
		products = append(products, api.HeldProduct{Product: held.Product, Role: held.Role, Permissions: held.Permissions, ByTeamRole: held.ByTeamRole})
	}
	return api.TeamMember{
		ID: m.ID, Email: m.Email, Role: access.TeamRole(m.Role), Status: api.TeamStatus(m.Status),
		CreatedAt: Time(m.CreatedAt), JoinedAt: Time(m.JoinedAt), Products: products,
	}
}

// AddedProduct decodes a product that the tenant has added to its team.
func AddedProduct(d store.Document) (api.TeamProductUpdate, error) {
	var p api.TeamProductUpdate
	if err := json.Unmarshal([]byte(d.Body), &p); err != nil {
		return p, fmt.Errorf("reading the product %s of %s: %w", d.ID, d.Tenant, err)
	}
	return p, nil
}

// InvitationStatus returns the status of an invitation at a time.
func InvitationStatus(i store.Invitation, now time.Time) api.InvitationStatus {
	switch {
	case !i.AcceptedAt.IsZero():
		return api.InvitationAccepted
	case !now.Before(i.ExpiresAt):
		return api.InvitationExpired
	}
	if i.SentAt.IsZero() {
		return api.InvitationPending
	}
	return api.InvitationSent
}

// Invitation converts an invitation, with its status at a time.
func Invitation(i store.Invitation, now time.Time) api.Invitation {
	return api.Invitation{
		ID: i.ID, Kind: api.InvitationKind(i.Kind), SubjectID: i.SubjectID, Email: i.Email, Status: InvitationStatus(i, now),
		SentCount: i.Sent, CreatedAt: Time(i.CreatedAt), ExpiresAt: Time(i.ExpiresAt), ResentAt: Time(i.ResentAt), SentAt: Time(i.SentAt), AcceptedAt: Time(i.AcceptedAt),
	}
}

// Client converts an API key, without its secret.
func Client(client store.Client) api.Client {
	return api.Client{
		ID: client.ID, Scopes: ClientScopes(client), FullAccess: len(client.Scopes) == 0, CreatedAt: Time(client.CreatedAt), SecretAt: Time(client.SecretAt),
	}
}

// ClientScopes returns the scopes of an API key's tokens.
func ClientScopes(client store.Client) []string {
	if len(client.Scopes) == 0 { // a full-access key
		return api.AllScopes()
	}
	return client.Scopes
}

// AuditEvent converts an audit event.
func AuditEvent(e store.Event) api.AuditEvent {
	return api.AuditEvent{
		ID: e.ID, Time: Time(e.At), ActorKind: api.ActorKind(e.ActorKind), Actor: e.Actor, Action: api.AuditAction(e.Action),
		Kind: e.Kind, ObjectID: e.ObjectID, RelatedID: e.RelatedID, RequestID: e.RequestID, Before: json.RawMessage(e.Before), After: json.RawMessage(e.After),
	}
}
