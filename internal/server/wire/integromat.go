package wire

import (
	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// ToWire converts the organization, without its key.
func (o IntegromatOrganization) ToWire() api.MakeOrganization {
	return api.MakeOrganization{
		OrganizationID: o.OrganizationID, Sync: o.Sync, PruneStale: o.PruneStale, APIURL: o.APIURL, HasAPIKey: o.HasKey(),
	}
}

// IntegromatMember converts a member that the sync with Make knows.
func IntegromatMember(m store.MakeMember) api.MakeMember {
	d := api.MakeMember{
		UserID: m.ID, Email: m.Email, Status: api.MakeStale, Present: m.Present, Roles: List(m.Roles), Attempts: m.Attempts,
		LastError: m.LastError, ChangedAt: Time(m.ChangedAt), SyncedAt: Time(m.SyncedAt),
	}
	eligible := access.MakeEligible(m.Roles)
	switch {
	case !m.Pending && eligible:
		d.Status = api.MakeSynced
	case m.Pending && !eligible:
		d.Status, d.Pending = api.MakePending, "to be removed from the Make organization"
	case m.Pending && m.Present:
		d.Status, d.Pending = api.MakePending, "to be notified of a change"
	case m.Pending:
		d.Status, d.Pending = api.MakePending, "to be added to the Make organization"
	}
	return d
}

// IntegromatOrganization is a tenant's Make organization as it is stored.
type IntegromatOrganization struct {
	OrganizationID string `json:"organizationId"`
	Sync           bool   `json:"sync"`
	PruneStale     bool   `json:"pruneStale"`
	APIURL         string `json:"apiUrl,omitempty"`
	APIKey         string `json:"apiKey,omitempty"`       // plain
	SealedKey      string `json:"sealedApiKey,omitempty"` // or encrypted
}

// HasKey reports whether the organization has a key, plain or encrypted.
func (o IntegromatOrganization) HasKey() bool { return o.APIKey != "" || o.SealedKey != "" }
