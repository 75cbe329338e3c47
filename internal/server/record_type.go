package server

import (
	"encoding/json"
	"fmt"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// How records show in events: as the API shows them, in all languages, but
// without what is a record of its own, and without secrets.

// securedValue stands for the value of a setting that is secured.
var securedValue = json.RawMessage(`"(secured)"`)

var recordedTenant = recordType[store.Tenant]{
	key: func(t store.Tenant) objectKey { return objectKey{t.Name, "tenant", t.Name, ""} },
	document: func(t store.Tenant) (any, error) {
		return struct {
			Name      string `json:"name"`
			CreatedAt string `json:"createdAt"`
		}{t.Name, stamp(t.CreatedAt)}, nil
	},
}

// A client shows without its secret, and without what hides the secret.
var recordedClient = recordType[store.Client]{
	key: func(c store.Client) objectKey { return objectKey{c.Tenant, "client", c.ID, ""} },
	document: func(c store.Client) (any, error) {
		return struct {
			ID        string   `json:"id"`
			Scopes    []string `json:"scopes"`
			CreatedAt string   `json:"createdAt"`
			SecretAt  string   `json:"secretAt"` // all that shows of another secret
		}{c.ID, orEmpty(c.Scopes), stamp(c.CreatedAt), stamp(c.SecretAt)}, nil
	},
}

// The memberships of a user are records of their own.
var recordedUser = recordType[store.User]{
	key: func(u store.User) objectKey { return objectKey{u.Tenant, "user", u.ID, ""} },
	document: func(u store.User) (any, error) {
		return struct {
			api.User

			GroupIDs any `json:"groupIds,omitempty"` // hides the user's
		}{User: userToWire(u, nil)}, nil
	},
}

var recordedGroup = recordType[store.Group]{
	key:      func(g store.Group) objectKey { return objectKey{g.Tenant, "group", g.ID, ""} },
	document: func(g store.Group) (any, error) { return groupToWire(g, view{all: true}), nil },
}

var recordedMembership = recordType[store.Assignment]{
	key: func(a store.Assignment) objectKey { return objectKey{a.Tenant, "membership", a.GroupID, a.UserID} },
	document: func(a store.Assignment) (any, error) {
		return api.Assignment{ID: a.ID, GroupID: a.GroupID, UserID: a.UserID, UserType: access.UserType(a.UserType)}, nil
	},
}

var recordedControl = recordType[store.AccessControl]{
	key:      func(c store.AccessControl) objectKey { return objectKey{c.Tenant, "access-control", c.ID, ""} },
	document: func(c store.AccessControl) (any, error) { return controlToWire(c, view{all: true}), nil },
}

var recordedTemplate = recordType[store.Template]{
	key:      func(t store.Template) objectKey { return objectKey{t.Tenant, "role-template", t.ID, ""} },
	document: func(t store.Template) (any, error) { return templateToDefinition(t, view{all: true}), nil },
}

var recordedDocument = recordType[store.Document]{
	key:      func(d store.Document) objectKey { return objectKey{d.Tenant, d.Kind, d.ID, ""} },
	document: recordedBody,
}

func recordedBody(d store.Document) (any, error) {
	switch d.Kind {
	case store.KindSetting, store.KindClientSetting:
		item, err := settingToWire(d)
		if item.Secured {
			item.Value = securedValue
		}
		return item, err
	case store.KindScope:
		return scopeToWire(d)
	case store.KindSite:
		return readSite(d)
	case store.KindVendor:
		return vendorToWire(d, nil)
	case store.KindLocation:
		return locationToWire(d)
	case store.KindMake:
		var o integromatOrganization
		err := json.Unmarshal([]byte(d.Body), &o)
		return struct {
			api.MakeOrganization

			Version int `json:"version"` // all that shows of another key
		}{o.toWire(), d.Version}, err
	case store.KindMakeUser:
		return json.RawMessage(d.Body), nil
	}
	return nil, fmt.Errorf("there are no events of documents of kind %q", d.Kind)
}

// The products of a member are records of their own.
var recordedTeamMember = recordType[store.TeamMember]{
	key: func(m store.TeamMember) objectKey { return objectKey{m.Tenant, "team-member", m.ID, ""} },
	document: func(m store.TeamMember) (any, error) {
		return struct {
			api.TeamMember

			Products any `json:"products,omitempty"` // hides the member's
		}{TeamMember: teamMemberToWire(m, nil)}, nil
	},
}

var recordedProduct = recordType[store.ProductAssignment]{
	key: func(a store.ProductAssignment) objectKey {
		return objectKey{a.Tenant, "product-assignment", a.MemberID, a.Product}
	},
	document: func(a store.ProductAssignment) (any, error) {
		return struct {
			MemberID string `json:"memberId"`
			Product  string `json:"product"`
			Role     string `json:"role,omitempty"`
		}{a.MemberID, a.Product, a.Role}, nil
	},
}

// Whether an invitation has expired is no change of it.
var recordedInvitation = recordType[store.Invitation]{
	key:      func(i store.Invitation) objectKey { return objectKey{i.Tenant, "invitation", i.ID, i.SubjectID} },
	document: func(i store.Invitation) (any, error) { return invitationToWire(i, i.CreatedAt), nil },
}
