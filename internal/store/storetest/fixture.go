package storetest

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// The fixtures have no zero values, since a dropped field would read back as
// zero. No two fields of a record are equal.

// day is the creation time of the fixtures, to the millisecond.
var day = time.Date(2024, time.February, 29, 23, 59, 58, 987e6, time.UTC)

func later(n int) time.Time { return day.Add(time.Duration(n) * time.Millisecond) }

func newTenant(name string) store.Tenant {
	return store.Tenant{Name: name, CreatedAt: day}
}

func newClient(tenant, id string) store.Client {
	return store.Client{
		Tenant:     tenant,
		ID:         id,
		SecretHash: "hash of " + id,
		Scopes:     []string{"iam.user_read", "a scope", "iam.user_read_own"},
		CreatedAt:  later(1),
		SecretAt:   later(2),
	}
}

func newSigningKey(id string) store.SigningKey {
	return store.SigningKey{ID: id, Secret: "secret of " + id, CreatedAt: later(9)}
}

// documentKind is the kind of most documents in the tests.
const documentKind = "setting"

func newDocument(tenant, id string) store.Document {
	return store.Document{
		Tenant: tenant, Kind: documentKind, ID: id, Body: `{"of": "` + id + `"}`,
		Version: 1, CreatedAt: later(11), ModifiedAt: later(12),
	}
}

func newTask(tenant, id string) store.Task {
	return store.Task{
		Tenant: tenant, ID: id, Kind: "vendor groups", Body: `{"of": "` + id + `"}`, DueAt: later(13), CreatedAt: later(14),
	}
}

func newUser(tenant, id string) store.User {
	return store.User{
		Tenant:            tenant,
		ID:                id,
		FirstName:         "Ada",
		LastName:          "Lovelace",
		Email:             fmt.Sprintf("Ada.%x@Example.com", id),
		Department:        "Engines",
		PreferredSite:     "main",
		PreferredCurrency: "GBP",
		PreferredLanguage: "en",
		BackofficeNumber:  "number of " + id,
		Status:            "ACTIVE",
		Locked:            true,
		CreatedAt:         later(2),
		LastLogin:         later(3),
	}
}

func newAccount(id string) store.Account {
	return store.Account{ID: id, Email: fmt.Sprintf("Ada.%x@Example.com", id), CreatedAt: later(4), RegisteredAt: later(5)}
}

func newGroup(tenant, id string) store.Group {
	return store.Group{
		Tenant:         tenant,
		ID:             id,
		Name:           map[string]string{"en": "Buyers", "de": "Einkäufer"},
		Description:    map[string]string{"en": "They buy", "pl": "Kupują"},
		Code:           "BUYER",
		UserType:       "CUSTOMER",
		VendorID:       "vendor",
		LegalEntityID:  "company",
		AccessControls: []string{"order_manage", "cart_manage", "order_read"},
		Templates:      []string{"buyer", "approver"},
		Restrictions:   []string{"site-2", "site-1"},
		Mixins:         `{"withheldEntities": "quote"}`,
		Predefined:     true,
		Version:        1,
		CreatedAt:      later(5),
		ModifiedAt:     later(6),
	}
}

func newAssignment(tenant, id, groupID, userID string) store.Assignment {
	return store.Assignment{
		Tenant: tenant, ID: id, GroupID: groupID, UserID: userID, UserType: "EMPLOYEE", CreatedAt: later(7),
	}
}

func newAccessControl(tenant, id string) store.AccessControl {
	return store.AccessControl{
		Tenant:           tenant,
		ID:               id,
		Name:             map[string]string{"en": "Manage orders"},
		Description:      map[string]string{"en": "Orders and carts"},
		Domains:          []string{"order", "cart"},
		Scopes:           []string{"order.manage", "cart.read"},
		RestrictionAware: true,
		RestrictedTo:     "ORDER",
		VendorAware:      true,
		Predefined:       true,
		Version:          1,
		CreatedAt:        later(8),
		ModifiedAt:       later(9),
	}
}

func newTemplate(tenant, id string) store.Template {
	return store.Template{
		Tenant:         tenant,
		ID:             id,
		Name:           map[string]string{"en": "Approver"},
		Description:    map[string]string{"en": "Approves orders"},
		AccessControls: []string{"order_manage", "order_approve"},
		BasedOn:        "buyer",
		Access:         map[string]string{"orders": "manage", "carts": "none"},
		Predefined:     true,
		Version:        1,
		CreatedAt:      later(10),
		ModifiedAt:     later(15),
	}
}

func newTeamMember(tenant, id string) store.TeamMember {
	return store.TeamMember{
		Tenant: tenant, ID: id, Email: fmt.Sprintf("Ada.%x@Example.com", id), Role: "member", Status: "active",
		CreatedAt: later(15), JoinedAt: later(16),
	}
}

func newProductAssignment(tenant, memberID, product string) store.ProductAssignment {
	return store.ProductAssignment{Tenant: tenant, MemberID: memberID, Product: product, Role: "analyst", CreatedAt: later(17), Permissions: []string{"unattended", "a b"}}
}

func newInvitation(tenant, id string) store.Invitation {
	return store.Invitation{
		Tenant: tenant, ID: id, Kind: store.InvitedMember, SubjectID: "invited by " + id, Email: fmt.Sprintf("Ada.%x@Example.com", id), Sent: 2,
		CreatedAt: later(18), ExpiresAt: later(19), ResentAt: later(20), SentAt: later(23), AcceptedAt: later(21),
	}
}

func newEvent(tenant string, id int64) store.Event {
	return store.Event{
		Tenant: tenant, ID: id, At: later(22), ActorKind: "client", Actor: "a client", Action: "update", Kind: "group", ObjectID: "buyers",
		RelatedID: "ada", RequestID: "a request", Before: `{"of": "then"}`, After: `{"of": "now"}`,
	}
}

// wantNoZero fails if a fixture has a zero field.
func wantNoZero(t *testing.T, record any) {
	t.Helper()
	v := reflect.ValueOf(record)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Errorf("the fixture of %T has no %s: give it a value", record, v.Type().Field(i).Name)
		}
	}
}

// withTenant creates the tenant that most tests use.
func withTenant(t *testing.T, s store.Store) string {
	t.Helper()
	ok(t, s.CreateTenant(t.Context(), newTenant("acme")))
	return "acme"
}

// withTeam creates a tenant whose team has an Owner and some members.
func withTeam(t *testing.T, s store.Store, tenant string) {
	t.Helper()
	ok(t, s.CreateTenant(t.Context(), newTenant(tenant)))
	first := newTeamMember(tenant, "owner")
	first.Role = "owner"
	ok(t, s.CreateTeamMember(t.Context(), first))
	for _, id := range []string{"a", "b"} {
		ok(t, s.CreateTeamMember(t.Context(), newTeamMember(tenant, id)))
	}
}

// withGroup creates a tenant with a group.
func withGroup(t *testing.T, s store.Store) (tenant, id string) {
	t.Helper()
	tenant = withTenant(t, s)
	ok(t, s.CreateGroup(t.Context(), newGroup(tenant, "buyers")))
	return tenant, "buyers"
}
