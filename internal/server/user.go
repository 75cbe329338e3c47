package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// userMembers are required in the body of a new user.
var userMembers = []string{"firstName", "lastName", "contactEmail", "department", "preferredSite", "preferredCurrency", "preferredLanguage", "groupIds"}

// handleUserList answers GET /iam/{tenant}/users.
func (s *Server) handleUserList(c *call) error {
	switch strings.ToUpper(c.query("userType")) {
	case "", string(access.Employee):
	case string(access.Customer): // another service has the customers
		return writeList[api.User](c, nil, 0)
	default:
		return badRequest("This user type is not supported yet for the user search", "Wrong user type.")
	}
	page, err := c.page()
	if err != nil {
		return err
	}
	users, total, err := s.store.Users(c.ctx, c.tenant, page)
	if err != nil {
		return fmt.Errorf("listing users: %w", err)
	}
	documents, err := s.userDocuments(c, users, c.query("expand") == "groups")
	if err != nil {
		return err
	}
	return writeList(c, documents, total)
}

// userDocuments converts users, with the ids of their groups and, if expand is true, the
// groups.
func (s *Server) userDocuments(c *call, users []store.User, expand bool) ([]api.User, error) {
	ids := make([]string, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	memberships, err := s.store.GroupIDs(c.ctx, c.tenant, ids)
	if err != nil {
		return nil, fmt.Errorf("reading memberships: %w", err)
	}
	var groups map[string]api.GroupSummary
	if expand {
		if groups, err = s.groupSummaries(c); err != nil {
			return nil, err
		}
	}
	documents := make([]api.User, len(users))
	for i, u := range users {
		documents[i] = wire.User(u, memberships[u.ID])
		for _, id := range memberships[u.ID] {
			if g, ok := groups[id]; ok {
				documents[i].Groups = append(documents[i].Groups, g)
			}
		}
	}
	return documents, nil
}

// handleUserGet answers GET /iam/{tenant}/users/{userId}.
func (s *Server) handleUserGet(c *call) error {
	u, err := s.user(c.ctx, s.store, c.tenant, c.value("userId"))
	if err != nil {
		return err
	}
	documents, err := s.userDocuments(c, []store.User{u}, c.query("expand") == "groups")
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, documents[0])
}

// handleUserCreate answers POST /iam/{tenant}/users. The user has the id of the platform
// account with the e-mail address. If the person has registered, the user is active at
// once; otherwise it is provisioned until the person confirms.
func (s *Server) handleUserCreate(c *call) error {
	var body api.UserCreate
	if err := c.decode(&body, userMembers...); err != nil {
		return err
	}
	if err := checkPerson(body.FirstName, body.LastName); err != nil {
		return err
	}
	if !api.ValidEmail(body.ContactEmail) {
		return badRequest(fmt.Sprintf("contactEmail %q is not an e-mail address", body.ContactEmail))
	}
	var u store.User
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) (err error) {
		if err := checkDomain(c.ctx, tx, c.tenant, body.ContactEmail); err != nil {
			return err
		}
		if u, err = s.createUser(c.ctx, tx, c.tenant, body); err != nil || u.Status != string(api.UserProvisioned) {
			return err
		}
		return s.invite(c.ctx, tx, store.Invitation{Tenant: c.tenant, Kind: store.InvitedUser, SubjectID: u.ID, Email: u.Email})
	})
	if err != nil {
		return err
	}
	return c.write(http.StatusCreated, api.Created{ID: u.ID})
}

func checkPerson(first, last string) error {
	if strings.TrimSpace(first) == "" || strings.TrimSpace(last) == "" {
		return badRequest("firstName and lastName must not be empty")
	}
	return nil
}

func (s *Server) createUser(ctx context.Context, tx store.Tx, tenant string, body api.UserCreate) (u store.User, err error) {
	account, registered, err := s.account(ctx, tx, body.ContactEmail)
	if err != nil {
		return u, err
	}
	status := api.UserProvisioned
	if registered {
		status = api.UserActive
	}
	u = store.User{
		Tenant: tenant, ID: account.ID, FirstName: body.FirstName, LastName: body.LastName, Email: body.ContactEmail,
		Department: body.Department, PreferredSite: body.PreferredSite, PreferredCurrency: body.PreferredCurrency,
		PreferredLanguage: body.PreferredLanguage, BackofficeNumber: account.ID, Status: string(status), CreatedAt: s.timestamp(),
	}
	if err := tx.CreateUser(ctx, u); errors.Is(err, store.ErrExists) {
		return u, conflict("Error while creating user", body.ContactEmail, fmt.Sprintf("User with email '%s' already exists", body.ContactEmail))
	} else if err != nil {
		return u, fmt.Errorf("creating user: %w", err)
	}
	return u, s.joinGroups(ctx, tx, u, body.GroupIDs)
}

// joinGroups makes a new user a member of these groups.
func (s *Server) joinGroups(ctx context.Context, tx store.Tx, u store.User, ids []string) error {
	groups, err := groupsToJoin(ctx, tx, u.Tenant, u.ID, ids)
	if err != nil || len(groups) == 0 {
		return err
	}
	for _, g := range groups {
		if _, err := s.createAssignment(ctx, tx, g, u.ID); err != nil {
			return err
		}
	}
	return s.noteMemberships(ctx, tx, u.Tenant, u.ID)
}

// handleUserUpdate answers PUT /iam/{tenant}/users/{userId}. The listed groups replace all
// memberships; the e-mail address never changes.
func (s *Server) handleUserUpdate(c *call) error {
	var body api.UserUpdate
	required := []string{"firstName", "lastName", "department", "preferredSite", "preferredCurrency", "preferredLanguage", "backofficeUserNumber", "groupIds"}
	if err := c.decode(&body, required...); err != nil {
		return err
	}
	if err := checkPerson(body.FirstName, body.LastName); err != nil {
		return err
	}
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		u, err := s.user(c.ctx, tx, c.tenant, c.value("userId"))
		if err != nil {
			return err
		}
		if body.BackofficeUserNumber != u.BackofficeNumber {
			return violation(u.ID, "backofficeUserNumber cannot change", fmt.Sprintf("It is '%s'", u.BackofficeNumber))
		}
		if err := s.setMemberships(c.ctx, tx, c.tenant, u.ID, body.GroupIDs); err != nil {
			return err
		}
		return tx.UpdateUser(c.ctx, c.tenant, u.ID, func(u *store.User) error {
			u.FirstName, u.LastName, u.Department = body.FirstName, body.LastName, body.Department
			u.PreferredSite, u.PreferredCurrency, u.PreferredLanguage = body.PreferredSite, body.PreferredCurrency, body.PreferredLanguage
			return nil
		})
	})
	if err != nil {
		return err
	}
	return c.done()
}

// handleUserDelete answers DELETE /iam/{tenant}/users/{userId}. The user leaves the tenant.
// The platform account stays: only an administrator of the developer portal may delete it,
// and a service token never belongs to one.
func (s *Server) handleUserDelete(c *call) error {
	force, err := c.flag("forceDelete")
	if err != nil {
		return err
	}
	if force {
		return &failure{status: http.StatusForbidden, message: "Only an administrator of the developer portal may delete an account; call without forceDelete to remove the user from the tenant."}
	}
	err = s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		u, err := s.user(c.ctx, tx, c.tenant, c.value("userId"))
		if err != nil {
			return err
		}
		role, err := teamRole(c.ctx, tx, u)
		if err != nil {
			return err
		}
		if err := access.CheckRemoval(role); err != nil {
			return conflict("Error while deleting user", u.ID, err.Error())
		}
		if err := tx.DeleteUser(c.ctx, c.tenant, u.ID); err != nil {
			return fmt.Errorf("deleting user: %w", err)
		}
		if err := s.noteUser(c.ctx, tx, c.tenant, u.ID); err != nil {
			return err
		}
		return tx.CloseInvitations(c.ctx, c.tenant, store.InvitedUser, u.ID)
	})
	if err != nil {
		return err
	}
	return c.done()
}

// handleUserLock answers PUT /iam/{tenant}/users/{userId}/lock.
func (s *Server) handleUserLock(c *call) error { return s.setLocked(c, true) }

// handleUserUnlock answers DELETE /iam/{tenant}/users/{userId}/lock.
func (s *Server) handleUserUnlock(c *call) error { return s.setLocked(c, false) }

// setLocked locks or unlocks the user of the path, if needed.
func (s *Server) setLocked(c *call, locked bool) error {
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		u, err := s.user(c.ctx, tx, c.tenant, c.value("userId"))
		if err != nil || u.Locked == locked {
			return err
		}
		if locked {
			role, err := teamRole(c.ctx, tx, u)
			if err != nil {
				return err
			}
			if err := access.CheckLock(role); err != nil {
				return conflict("Error while locking user", u.ID, err.Error())
			}
		}
		err = tx.UpdateUser(c.ctx, c.tenant, u.ID, func(u *store.User) error {
			u.Locked = locked
			return nil
		})
		if err != nil {
			return err
		}
		return s.noteUser(c.ctx, tx, c.tenant, u.ID)
	})
	if err != nil {
		return err
	}
	return c.done()
}

// handleVendorUserList answers GET /iam/{tenant}/users/vendors/{vendorId}: the employees in
// groups of the vendor, all of them unless the request asks for a page.
func (s *Server) handleVendorUserList(c *call) error {
	users, err := s.usersOfVendor(c)
	if err != nil {
		return err
	}
	page := store.Page{Limit: len(users)}
	if c.query("pageNumber") != "" || c.query("pageSize") != "" {
		if page, err = c.page(); err != nil {
			return err
		}
	}
	documents, err := s.userDocuments(c, cut(users, page), true)
	if err != nil {
		return err
	}
	return writeList(c, documents, len(users))
}

// usersOfVendor loads the members of the vendor's groups, in the order of the list of all
// users.
func (s *Server) usersOfVendor(c *call) ([]store.User, error) {
	groups, err := groupsOfVendor(c.ctx, s.store, c.tenant, c.value("vendorId"))
	if err != nil {
		return nil, err
	}
	var users []store.User
	seen := map[string]bool{}
	for _, g := range groups {
		members, _, err := s.store.Members(c.ctx, c.tenant, g.ID, store.Page{})
		if err != nil {
			return nil, fmt.Errorf("listing members: %w", err)
		}
		for _, m := range members {
			if seen[m.UserID] {
				continue
			}
			seen[m.UserID] = true
			u, err := s.store.User(c.ctx, c.tenant, m.UserID)
			if errors.Is(err, store.ErrNotFound) {
				continue // deleted since the members were read
			}
			if err != nil {
				return nil, fmt.Errorf("reading user: %w", err)
			}
			users = append(users, u)
		}
	}
	slices.SortFunc(users, func(a, b store.User) int {
		if byTime := a.CreatedAt.Compare(b.CreatedAt); byTime != 0 {
			return byTime
		}
		return strings.Compare(a.ID, b.ID)
	})
	return users, nil
}
