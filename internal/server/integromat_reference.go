package server

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/audit"
	"github.com/access-config/terraform-provider-iam/internal/server/integromat"
	"github.com/access-config/terraform-provider-iam/internal/server/secret"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// The reference Make is the Make of tenants that name no other one. It stores the members of
// organizations, and answers like Make's API. A key gives access to the organizations of
// one tenant; an organization exists for every id.

// integromatUser is a stored member of an organization.
type integromatUser struct {
	OrganizationID string `json:"organizationId"`
	UserID         int64  `json:"userId"`
	Name           string `json:"name"`
	Email          string `json:"email"`
	RoleID         int    `json:"roleId"`
}

func (u integromatUser) documentID() string {
	return u.OrganizationID + "/" + strconv.FormatInt(u.UserID, 10)
}

// ownKeyBytes is the length of the key that authenticates this process to its
// reference Make.
const ownKeyBytes = 32

// integromatKey returns the key of a tenant for the reference Make of this process. No other
// process accepts it.
func (s *Server) integromatKey(tenant string) string {
	mac := hmac.New(sha256.New, s.ownKey)
	mac.Write([]byte("make " + tenant))
	return tenant + ":" + hex.EncodeToString(mac.Sum(nil))
}

// integromatClient returns a client of the tenant's Make: the one of its
// organization, or the reference Make of this process.
func (s *Server) integromatClient(tenant string, o wire.IntegromatOrganization) (*integromat.Client, error) {
	if o.APIURL == "" {
		return integromat.New(integromat.Organization{BaseURL: "http://make.reference", Key: s.integromatKey(tenant), ID: o.OrganizationID, AllowHTTP: true}, s), nil
	}
	key, err := s.openKey(tenant, o)
	if err != nil {
		return nil, err
	}
	return integromat.New(integromat.Organization{BaseURL: o.APIURL, Key: key, ID: o.OrganizationID, AllowHTTP: s.privateIntegromat}, s.outgoing), nil
}

// withIntegromatKey calls the handler for requests with "Token KEY": the key of the backend
// itself, a key for Make, or ID:SECRET of an API key that may manage the Make organization.
func (s *Server) withIntegromatKey(handle func(*call) error) func(*call) error {
	return func(c *call) error {
		key, isKey := credentials(c.r.Header.Get("Authorization"), "Token")
		if !isKey {
			return noIntegromatKey()
		}
		id, text, _ := strings.Cut(key, ":")
		switch {
		case id != "" && hmac.Equal([]byte(key), []byte(s.integromatKey(id))):
			c.tenant = id
			return handle(c)
		case secret.IsUUID(key):
			id, text = makeKeyID(key), key
		}
		client, right, err := s.checkSecret(c, id, text)
		if err != nil {
			return err
		}
		if !right {
			return noIntegromatKey()
		}
		if !slices.Contains(wire.ClientScopes(client), api.ScopeMakeManage) {
			return &failure{status: http.StatusForbidden, message: "Access denied. The key lacks the scope " + api.ScopeMakeManage + "."}
		}
		c.tenant, c.subject = client.Tenant, client.ID
		c.ctx = audit.WithActor(c.ctx, c.actor())
		return handle(c)
	}
}

func noIntegromatKey() error {
	return &failure{status: http.StatusUnauthorized, message: "Access denied. Send Authorization: Token KEY, with a key for Make, or Token ID:SECRET, with an API key of the tenant."}
}

// integromatRoles returns the roles of Make.
func integromatRoles() []api.MakeRole {
	return []api.MakeRole{
		{ID: 1, Name: "Team Admin", Subsidiary: true, Category: "team"},
		{ID: 3, Name: "Team Member", Subsidiary: true, Category: "team"},
		{ID: 4, Name: "Team Monitoring", Subsidiary: true, Category: "team"},
		{ID: 6, Name: "Team Operator", Subsidiary: true, Category: "team"},
		{ID: api.MakeRoleOwner, Name: "Owner", Category: "organization"},
		{ID: api.MakeRoleAdmin, Name: "Admin", Subsidiary: true, Category: "organization"},
		{ID: api.MakeRoleMember, Name: "Member", Subsidiary: true, Category: "organization"},
		{ID: 14, Name: "Accountant", Subsidiary: true, Category: "organization"},
	}
}

// handleIntegromatRoleList answers GET /api/v2/users/roles.
func (s *Server) handleIntegromatRoleList(c *call) error {
	roles := slices.DeleteFunc(integromatRoles(), func(r api.MakeRole) bool { return c.query("category") != "" && r.Category != c.query("category") })
	rows, page, err := integromatRoleTable().rows(c, roles, api.MakePage{SortBy: "id", SortDir: "asc"})
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, map[string]any{"usersRoles": rows, "pg": page})
}

// handleIntegromatUserList answers GET /api/v2/users?organizationId=…, newest id first as
// Make does.
func (s *Server) handleIntegromatUserList(c *call) error {
	if c.query("teamId") != "" || c.query("organizationId") == "" {
		return badRequest("Send organizationId, and not teamId: the reference Make has no teams")
	}
	users, err := integromatUsers(c.ctx, s.store, c.tenant, c.query("organizationId"))
	if err != nil {
		return err
	}
	users = slices.DeleteFunc(users, func(u integromatUser) bool {
		email, name, role := c.query("email"), c.query("name"), c.query("organizationRoleId")
		return email != "" && !api.SameEmail(u.Email, email) || name != "" && !strings.EqualFold(u.Name, name) || role != "" && role != strconv.Itoa(u.RoleID)
	})
	rows, page, err := integromatUserTable().rows(c, users, api.MakePage{SortBy: "id", SortDir: "desc"})
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, map[string]any{"users": rows, "pg": page})
}

// integromatUsers loads the members of an organization.
func integromatUsers(ctx context.Context, tx store.DocumentTx, tenant, organization string) ([]integromatUser, error) {
	records, err := tx.Documents(ctx, tenant, store.KindMakeUser)
	if err != nil {
		return nil, fmt.Errorf("listing the users of Make: %w", err)
	}
	var users []integromatUser
	for _, d := range records {
		u, err := wire.Document[integromatUser](d)
		if err != nil {
			return nil, err
		}
		if u.OrganizationID == organization {
			users = append(users, u)
		}
	}
	return users, nil
}

// handleIntegromatUserRoleList answers GET
// /api/v2/organizations/{organizationId}/user-organization-roles.
func (s *Server) handleIntegromatUserRoleList(c *call) error {
	users, err := integromatUsers(c.ctx, s.store, c.tenant, c.value("organizationId"))
	if err != nil {
		return err
	}
	return writeIntegromatRoles(c, users)
}

// handleIntegromatRolesOf answers GET /api/v2/users/{userId}/user-organization-roles: the
// roles of a user in all organizations.
func (s *Server) handleIntegromatRolesOf(c *call) error {
	records, err := s.store.Documents(c.ctx, c.tenant, store.KindMakeUser)
	if err != nil {
		return fmt.Errorf("listing the users of Make: %w", err)
	}
	var roles []integromatUser
	for _, d := range records {
		u, err := wire.Document[integromatUser](d)
		if err != nil {
			return err
		}
		if strconv.FormatInt(u.UserID, 10) == c.value("userId") {
			roles = append(roles, u)
		}
	}
	if len(roles) == 0 {
		return notFound("The user is in no organization", "")
	}
	return writeIntegromatRoles(c, roles)
}

// role returns the role of a user in the organization. Invitations are never accepted here,
// so they stay open.
func (u integromatUser) role() api.MakeUserRole {
	open := "pending"
	r := api.MakeUserRole{UserID: u.UserID, OrganizationID: u.OrganizationID, UsersRoleID: u.RoleID, Invitation: &open}
	if n, err := strconv.ParseInt(u.OrganizationID, 10, 64); err == nil {
		r.OrganizationID = n
	}
	return r
}

// handleIntegromatUserRoleGet answers GET
// /api/v2/users/{userId}/user-organization-roles/{organizationId}, and the same by the
// organization's path.
func (s *Server) handleIntegromatUserRoleGet(c *call) error {
	u, err := s.integromatUserOfPath(c, s.store)
	if err != nil {
		return err
	}
	return writeIntegromatRole(c, u)
}

// integromatUserOfPath loads the member of the path, or refuses with 404.
func (s *Server) integromatUserOfPath(c *call, tx store.DocumentTx) (u integromatUser, err error) {
	d, err := tx.Document(c.ctx, c.tenant, store.KindMakeUser, c.value("organizationId")+"/"+c.value("userId"))
	if errors.Is(err, store.ErrNotFound) {
		return u, notFound("The user is not in the organization", c.value("userId"))
	}
	if err != nil {
		return u, fmt.Errorf("reading the user of Make: %w", err)
	}
	return wire.Document[integromatUser](d)
}

// handleIntegromatUserRolePost answers POST
// /api/v2/users/{userId}/user-organization-roles/{organizationId}: it changes the role. An
// empty role removes the user from the organization.
func (s *Server) handleIntegromatUserRolePost(c *call) error {
	body := api.MakeRoleChange{}
	if c.r.ContentLength != 0 {
		if err := c.decode(&body); err != nil {
			return err
		}
	}
	if body.UsersRoleID != 0 {
		if err := checkIntegromatRole(body.UsersRoleID); err != nil {
			return err
		}
	}
	var u integromatUser
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) (err error) {
		if u, err = s.integromatUserOfPath(c, tx); err != nil {
			return err
		}
		if body.UsersRoleID == 0 {
			return tx.DeleteDocument(c.ctx, c.tenant, store.KindMakeUser, u.documentID())
		}
		u.RoleID = body.UsersRoleID
		return s.putDocument(c, tx, store.KindMakeUser, u.documentID(), u)
	})
	if err != nil {
		return err
	}
	return writeIntegromatRole(c, u)
}

// checkIntegromatRole refuses a role that is not available in an organization.
func checkIntegromatRole(id int) error {
	known := slices.ContainsFunc(integromatRoles(), func(r api.MakeRole) bool { return r.ID == id && r.Category == "organization" })
	if !known || id == api.MakeRoleOwner {
		return badRequest(fmt.Sprintf("usersRoleId %d is not a role that members of an organization can be given", id))
	}
	return nil
}

// handleIntegromatInvite answers POST /api/v2/organizations/{organizationId}/invite.
func (s *Server) handleIntegromatInvite(c *call) error {
	var body api.MakeInvite
	if err := c.decode(&body, "email", "name"); err != nil {
		return err
	}
	if !integromat.ValidName(body.Name) {
		return badRequest("name must have letters, digits, spaces and ' - . ( ) * + , @ _ / only, and no space at its ends")
	}
	if !api.ValidEmail(body.Email) || !api.ValidID(c.value("organizationId")) {
		return badRequest("email must be an e-mail address, and the organization must have an id")
	}
	if body.UsersRoleID == 0 {
		body.UsersRoleID = api.MakeRoleMember
	}
	if err := checkIntegromatRole(body.UsersRoleID); err != nil {
		return err
	}
	u := integromatUser{OrganizationID: c.value("organizationId"), Name: body.Name, Email: body.Email, RoleID: body.UsersRoleID, UserID: firstIntegromatID(body.Email)}
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		for ; ; u.UserID++ {
			d, err := tx.Document(c.ctx, c.tenant, store.KindMakeUser, u.documentID())
			if errors.Is(err, store.ErrNotFound) {
				return s.putDocument(c, tx, store.KindMakeUser, u.documentID(), u)
			}
			if err != nil {
				return fmt.Errorf("looking for the e-mail: %w", err)
			}
			taken, err := wire.Document[integromatUser](d)
			if err != nil {
				return err
			}
			if api.SameEmail(taken.Email, u.Email) {
				return &failure{status: http.StatusBadRequest, phrase: api.MakeDuplicate, message: "The user is already in the organization"}
			}
		}
	})
	if err != nil {
		return err
	}
	return writeIntegromatRole(c, u)
}

// firstIntegromatID returns the first id to try for a user, a hash of the e-mail address: it
// finds a user again without a search. A user with the same hash gets the next free id.
func firstIntegromatID(email string) int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(strings.ToLower(email))) // never fails
	return int64(h.Sum32()) + 1
}
