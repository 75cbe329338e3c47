package integromat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

const (
	// pageSize is how many rows a request asks for.
	pageSize = 1000
	// maxPages is how many pages of a list are read.
	maxPages = 100
	// maxEmail is the longest e-mail address that is kept, in bytes: no user of
	// the backend has a longer one.
	maxEmail = 512
)

// Member is a user of the organization.
type Member struct {
	UserID int64
	RoleID int
}

// Members returns the members of the organization by e-mail address in lower case.
func (c *Client) Members(ctx context.Context) (map[string]Member, error) {
	roleOf := map[int64]int{}
	err := readPages(func(page url.Values) ([]api.MakeUserRole, error) {
		var list api.MakeUserRoleList
		err := c.do(ctx, request{method: http.MethodGet, path: api.Path(api.PathMakeUserRoles, c.organization.ID), query: page}, &list)
		return list.UserOrganizationRoles, err
	}, func(r api.MakeUserRole) bool {
		_, known := roleOf[r.UserID]
		roleOf[r.UserID] = r.UsersRoleID
		return !known
	})
	if err != nil {
		return nil, err
	}
	members, seen := map[string]Member{}, map[int64]bool{}
	err = readPages(func(page url.Values) ([]api.MakeUser, error) {
		var list api.MakeUserList
		page.Set("organizationId", c.organization.ID)
		err := c.do(ctx, request{method: http.MethodGet, path: api.PathMakeUsers, query: page}, &list)
		return list.Users, err
	}, func(u api.MakeUser) bool {
		known := seen[u.ID]
		seen[u.ID] = true
		if role, ok := roleOf[u.ID]; ok && len(u.Email) <= maxEmail {
			members[strings.ToLower(u.Email)] = Member{u.ID, role}
		}
		return !known
	})
	return members, err
}

// readPages reads all pages of a list and passes each row to add, which reports
// whether the row is new. A list that repeats itself or never ends is an error:
// a member missing from it would be invited or removed by mistake.
func readPages[T any](read func(page url.Values) ([]T, error), add func(T) (isNew bool)) error {
	for number := range maxPages {
		batch, err := read(url.Values{"pg[limit]": {strconv.Itoa(pageSize)}, "pg[offset]": {strconv.Itoa(number * pageSize)}})
		if err != nil {
			return err
		}
		fresh := false
		for _, row := range batch {
			fresh = add(row) || fresh
		}
		switch {
		case len(batch) < pageSize:
			return nil
		case len(batch) > pageSize || !fresh:
			return errors.New("Make answered with an invalid page: it repeats the previous page, or has more rows than requested") //nolint:staticcheck // a name
		}
	}
	return fmt.Errorf("Make answered with a list of more than %d rows, which is the limit", maxPages*pageSize) //nolint:staticcheck // a name
}

// Directory caches the members of one organization, for MaxAge. It is not safe
// for concurrent use.
type Directory struct {
	MaxAge time.Duration

	organization string // base URL and id
	members      map[string]Member
	readAt       time.Time
}

// Find returns the member with the e-mail address. It lists the members again if
// the client is for another organization than before, if the list is too old, and
// if the list lacks a member who is expected to be in the organization.
func (d *Directory) Find(ctx context.Context, c *Client, email string, expected bool, now time.Time) (m Member, found bool, err error) {
	organization := c.organization.BaseURL + " " + c.organization.ID
	if d.organization != organization {
		d.members = nil
	}
	m, found = d.members[strings.ToLower(email)]
	if d.members != nil && now.Sub(d.readAt) < d.MaxAge && (found || !expected) {
		return m, found, nil
	}
	members, err := c.Members(ctx)
	if err != nil {
		return m, false, err
	}
	d.organization, d.members, d.readAt = organization, members, now
	m, found = members[strings.ToLower(email)]
	return m, found, nil
}

// Forget removes a member from the cache, who was removed from the organization
// and may be invited again soon.
func (d *Directory) Forget(email string) { delete(d.members, strings.ToLower(email)) }
