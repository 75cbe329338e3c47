package audit

import (
	"encoding/json"
	"fmt"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// Events show records as the API does, in all languages, but without secrets and
// without what is a record of its own.

// securedValue replaces the value of a secured setting.
var securedValue = json.RawMessage(`"(secured)"`)

var recordedTenant = recordType[store.Tenant]{
	key: func(t store.Tenant) Object { return Object{t.Name, "tenant", t.Name, ""} },
	document: func(t store.Tenant) (any, error) {
		return struct {
			Name      string `json:"name"`
			CreatedAt string `json:"createdAt"`
		}{t.Name, wire.Time(t.CreatedAt)}, nil
	},
}

// recordedClient shows an API key without its secret and the secret's hash.
var recordedClient = recordType[store.Client]{
	key: func(c store.Client) Object { return Object{c.Tenant, "client", c.ID, ""} },
	document: func(c store.Client) (any, error) {
		return struct {
			ID        string   `json:"id"`
			Scopes    []string `json:"scopes"`
			CreatedAt string   `json:"createdAt"`
			SecretAt  string   `json:"secretAt"` // the only sign of a new secret
		}{c.ID, wire.List(c.Scopes), wire.Time(c.CreatedAt), wire.Time(c.SecretAt)}, nil
	},
}

// recordedUser omits the memberships, which are records of their own.
var recordedUser = recordType[store.User]{
	key: func(u store.User) Object { return Object{u.Tenant, "user", u.ID, ""} },
	document: func(u store.User) (any, error) {
		return struct {
			api.User

			GroupIDs any `json:"groupIds,omitempty"` // hides the user's
		}{User: wire.User(u, nil)}, nil
	},
}

var recordedGroup = recordType[store.Group]{
	key:      func(g store.Group) Object { return Object{g.Tenant, "group", g.ID, ""} },
	document: func(g store.Group) (any, error) { return wire.Group(g, wire.View{All: true}), nil },
}

var recordedMembership = recordType[store.Assignment]{
	key: func(a store.Assignment) Object { return Object{a.Tenant, "membership", a.GroupID, a.UserID} },
	document: func(a store.Assignment) (any, error) {
		return api.Assignment{ID: a.ID, GroupID: a.GroupID, UserID: a.UserID, UserType: access.UserType(a.UserType)}, nil
	},
}

var recordedControl = recordType[store.AccessControl]{
	key:      func(c store.AccessControl) Object { return Object{c.Tenant, "access-control", c.ID, ""} },
	document: func(c store.AccessControl) (any, error) { return wire.Control(c, wire.View{All: true}), nil },
}

var recordedTemplate = recordType[store.Template]{
	key:      func(t store.Template) Object { return Object{t.Tenant, "role-template", t.ID, ""} },
	document: func(t store.Template) (any, error) { return wire.TemplateDefinition(t, wire.View{All: true}), nil },
}

var recordedDocument = recordType[store.Document]{
	key:      func(d store.Document) Object { return Object{d.Tenant, d.Kind, d.ID, ""} },
	document: recordedBody,
}

func recordedBody(d store.Document) (any, error) {
	switch d.Kind {
	case store.KindSetting, store.KindClientSetting:
		item, err := wire.Setting(d)
		if item.Secured {
			item.Value = securedValue
		}
		return item, err
	case store.KindScope:
		return wire.Scope(d)
	case store.KindSite:
		site, err := wire.Site(d)
		return wire.HideRestricted(site), err
	case store.KindVendor:
		return wire.Vendor(d, nil)
	case store.KindLocation:
		return wire.Location(d)
	case store.KindTeamProduct:
		return wire.AddedProduct(d)
	case store.KindMake:
		var o wire.IntegromatOrganization
		err := json.Unmarshal([]byte(d.Body), &o)
		return struct {
			api.MakeOrganization

			Version int `json:"version"` // the only sign of a new key
		}{o.ToWire(), d.Version}, err
	case store.KindMakeUser:
		return json.RawMessage(d.Body), nil
	}
	return nil, fmt.Errorf("there are no events of documents of kind %q", d.Kind)
}

// recordedTeamMember omits the products, which are records of their own.
var recordedTeamMember = recordType[store.TeamMember]{
	key: func(m store.TeamMember) Object { return Object{m.Tenant, "team-member", m.ID, ""} },
	document: func(m store.TeamMember) (any, error) {
		return struct {
			api.TeamMember

			Products any `json:"products,omitempty"` // hides the member's
		}{TeamMember: wire.TeamMember(m, nil, nil)}, nil
	},
}

var recordedProduct = recordType[store.ProductAssignment]{
	key: func(a store.ProductAssignment) Object {
		return Object{a.Tenant, "product-assignment", a.MemberID, a.Product}
	},
	document: func(a store.ProductAssignment) (any, error) {
		return struct {
			MemberID string `json:"memberId"`
			Product  string `json:"product"`
			Role     string `json:"role,omitempty"`

			Permissions []string `json:"permissions,omitempty"`
		}{a.MemberID, a.Product, a.Role, a.Permissions}, nil
	},
}

// recordedInvitation shows the status at creation: expiry is not a change.
var recordedInvitation = recordType[store.Invitation]{
	key:      func(i store.Invitation) Object { return Object{i.Tenant, "invitation", i.ID, i.SubjectID} },
	document: func(i store.Invitation) (any, error) { return wire.Invitation(i, i.CreatedAt), nil },
}
