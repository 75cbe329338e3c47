package server

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// integromatColumn is a column of the rows of a list of Make.
type integromatColumn[T any] struct {
	name  string
	value func(T) any // an int64 or a text, or anything that rows are not sorted by
	usual bool        // rows have it without being asked
}

// integromatTable is the form of the rows of a list of Make.
type integromatTable[T any] []integromatColumn[T]

// row returns a row with the columns that the request names with cols[], or the usual
// ones. As "*" they are all; those that there are not are skipped.
func (t integromatTable[T]) row(c *call, item T) map[string]any {
	asked := c.r.URL.Query()["cols[]"]
	row := map[string]any{}
	for _, column := range t {
		if slices.Contains(asked, column.name) || slices.Contains(asked, "*") || len(asked) == 0 && column.usual {
			row[column.name] = column.value(item)
		}
	}
	return row
}

// rows returns a page of rows: pg[offset] and pg[limit] of them, sorted by pg[sortBy] in
// the direction pg[sortDir].
func (t integromatTable[T]) rows(c *call, items []T, page api.MakePage) ([]map[string]any, api.MakePage, error) {
	page, err := c.integromatPage(page)
	if err != nil {
		return nil, page, err
	}
	i := slices.IndexFunc(t, func(column integromatColumn[T]) bool { return column.name == page.SortBy && column.usual })
	if i < 0 {
		return nil, page, badRequest(fmt.Sprintf("pg[sortBy] must be a column of the list, not %q", page.SortBy))
	}
	slices.SortStableFunc(items, func(a, b T) int {
		order := compareIntegromat(t[i].value(a), t[i].value(b))
		if page.SortDir == "desc" {
			return -order
		}
		return order
	})
	rows := []map[string]any{}
	for _, item := range cut(items, store.Page{Offset: page.Offset, Limit: page.Limit}) {
		rows = append(rows, t.row(c, item))
	}
	return rows, page, nil
}

// compareIntegromat compares two values of a column: numbers, or texts without case.
func compareIntegromat(a, b any) int {
	if m, isNumber := a.(int64); isNumber {
		n, _ := b.(int64) // of the same column
		return cmp.Compare(m, n)
	}
	return cmp.Compare(strings.ToLower(fmt.Sprint(a)), strings.ToLower(fmt.Sprint(b)))
}

// integromatPage reads the page parameters of Make over the default ones.
func (c *call) integromatPage(page api.MakePage) (api.MakePage, error) {
	page.Limit = cmp.Or(page.Limit, 10_000)
	for name, value := range map[string]*int{"pg[limit]": &page.Limit, "pg[offset]": &page.Offset} {
		if text := c.query(name); text != "" {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil || n < 0 || n > math.MaxInt32 {
				return page, badRequest(fmt.Sprintf("%s must be a number from 0, not %q", name, text))
			}
			*value = int(n)
		}
	}
	page.SortBy = cmp.Or(c.query("pg[sortBy]"), page.SortBy)
	page.SortDir = cmp.Or(c.query("pg[sortDir]"), page.SortDir)
	if page.SortDir != "asc" && page.SortDir != "desc" {
		return page, badRequest(fmt.Sprintf("pg[sortDir] must be asc or desc, not %q", page.SortDir))
	}
	return page, nil
}

func integromatRoleTable() integromatTable[api.MakeRole] {
	return integromatTable[api.MakeRole]{
		{"id", func(r api.MakeRole) any { return int64(r.ID) }, true},
		{"name", func(r api.MakeRole) any { return r.Name }, true},
		{"subsidiary", func(r api.MakeRole) any { return r.Subsidiary }, false},
		{"category", func(r api.MakeRole) any { return r.Category }, false},
	}
}

func integromatUserTable() integromatTable[integromatUser] {
	return integromatTable[integromatUser]{
		{"id", func(u integromatUser) any { return u.UserID }, true},
		{"name", func(u integromatUser) any { return u.Name }, true},
		{"email", func(u integromatUser) any { return u.Email }, true},
	}
}

func integromatUserRoleTable() integromatTable[integromatUser] {
	none := func(integromatUser) any { return 0 } // there are no teams
	return integromatTable[integromatUser]{
		{"userId", func(u integromatUser) any { return u.UserID }, true},
		{"organizationId", func(u integromatUser) any { return u.role().OrganizationID }, true},
		{"usersRoleId", func(u integromatUser) any { return int64(u.RoleID) }, true},
		{"invitation", func(u integromatUser) any { return *u.role().Invitation }, true},
		{"organizationTeamsCount", none, false},
		{"joinedTeamsCount", none, false},
	}
}

// writeIntegromatRole responds with a user's role in an organization.
func writeIntegromatRole(c *call, u integromatUser) error {
	return c.write(http.StatusOK, map[string]any{"userOrganizationRole": integromatUserRoleTable().row(c, u)})
}

// writeIntegromatRoles responds with a list of users' roles.
func writeIntegromatRoles(c *call, users []integromatUser) error {
	rows, page, err := integromatUserRoleTable().rows(c, users, api.MakePage{SortBy: "userId", SortDir: "asc"})
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, map[string]any{"userOrganizationRoles": rows, "pg": page})
}
