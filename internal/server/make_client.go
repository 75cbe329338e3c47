package server

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

const (
	// makeTimeout is how long one call of Make may take.
	makeTimeout = 15 * time.Second
	// makePageSize is how many users one call of Make asks for.
	makePageSize = 1000
	// maxMakeAnswer is the largest answer of Make that is read, in bytes.
	maxMakeAnswer = 16 << 20
	// maxMakePages is how many pages of a list of Make are read.
	maxMakePages = 100
)

// makeClient calls the API of Make, here or elsewhere, about one organization.
type makeClient struct {
	base         string
	key          string
	organization string
	plain        bool // the key may travel without TLS
	http         *http.Client
}

// makeClientOf returns a client of the Make that the tenant has.
func (s *Server) makeClientOf(tenant string, o makeOrganization) (*makeClient, error) {
	key, err := s.openKey(tenant, o)
	if err != nil {
		return nil, err
	}
	c := &makeClient{base: o.APIURL, key: key, organization: o.OrganizationID, plain: s.privateMake, http: &http.Client{
		Transport:     s.outgoing,
		Timeout:       makeTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the key is for nobody else
	}}
	if o.APIURL == "" {
		c.base, c.key, c.http.Transport, c.plain = "http://make.reference", s.makeKey(tenant), s, true
	}
	return c, nil
}

// makeError is a refusal of Make.
type makeError struct {
	status int
	text   string
}

func (e *makeError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("Make answered %d %s %s", e.status, http.StatusText(e.status), e.text))
}

// aboutOne reports whether the refusal is about the one user, so that others can
// be tried meanwhile.
func (e *makeError) aboutOne() bool {
	return e.status == http.StatusBadRequest || e.status == http.StatusConflict || e.status == http.StatusUnprocessableEntity
}

// makeCall is one call of Make.
type makeCall struct {
	method, path string
	query        url.Values
	body         any // nil for none
}

// do makes one call and reads the answer into out, unless that is nil.
func (c *makeClient) do(ctx context.Context, call makeCall, out any) error {
	var sent io.Reader = http.NoBody
	if call.body != nil {
		text, err := json.Marshal(call.body)
		if err != nil {
			return fmt.Errorf("encoding a call of Make: %w", err)
		}
		sent = bytes.NewReader(text)
	}
	if !c.plain && !strings.HasPrefix(c.base, "https://") {
		return errors.New("calling Make: its address must begin with https://") // it was set when others were allowed
	}
	target := c.base + call.path
	if len(call.query) > 0 {
		target += "?" + call.query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, call.method, target, sent)
	if err != nil {
		return fmt.Errorf("calling Make: %w", err)
	}
	r.Header.Set("Authorization", "Token "+c.key)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "application/json")
	answer, err := c.http.Do(r)
	if err != nil {
		return fmt.Errorf("calling Make: %w", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxMakeAnswer+1))
	if err != nil {
		return fmt.Errorf("reading the answer of Make: %w", err)
	}
	if len(text) > maxMakeAnswer {
		return fmt.Errorf("Make answered %s %s with more than %s", call.method, call.path, size(maxMakeAnswer)) //nolint:staticcheck // a name
	}
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		var said struct{ Detail, Message string }
		_ = json.Unmarshal(text, &said) // it may be no JSON
		return &makeError{status: answer.StatusCode, text: access.Excerpt(cmp.Or(said.Message, said.Detail), 200)}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("Make answered %s %s with what is not the expected JSON: %w", call.method, call.path, err) //nolint:staticcheck // a name
	}
	return nil
}

// shortened shortens a text to a number of bytes, at most.
func shortened(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}

// makeMembership is someone in the organization.
type makeMembership struct {
	userID int64
	roleID int
}

// members returns who is in the organization, by e-mail in lower case.
func (c *makeClient) members(ctx context.Context) (map[string]makeMembership, error) {
	roleOf := map[int64]int{}
	err := makePages(func(page url.Values) ([]api.MakeUserRole, error) {
		var list api.MakeUserRoleList
		err := c.do(ctx, makeCall{method: http.MethodGet, path: api.Path(api.PathMakeUserRoles, c.organization), query: page}, &list)
		return list.UserOrganizationRoles, err
	}, func(r api.MakeUserRole) bool {
		_, known := roleOf[r.UserID]
		roleOf[r.UserID] = r.UsersRoleID
		return !known
	})
	if err != nil {
		return nil, err
	}
	members, seen := map[string]makeMembership{}, map[int64]bool{}
	err = makePages(func(page url.Values) ([]api.MakeUser, error) {
		var list api.MakeUserList
		page.Set("organizationId", c.organization)
		err := c.do(ctx, makeCall{method: http.MethodGet, path: api.PathMakeUsers, query: page}, &list)
		return list.Users, err
	}, func(u api.MakeUser) bool {
		known := seen[u.ID]
		seen[u.ID] = true
		if role, ok := roleOf[u.ID]; ok && len(u.Email) <= store.MaxKey { // no user here has a longer one
			members[strings.ToLower(u.Email)] = makeMembership{u.ID, role}
		}
		return !known
	})
	return members, err
}

// makePages reads a list of Make to its end, page by page, and hands each row to
// add, which reports whether it is new. A list that only repeats itself, or never
// ends, is an error: who is missing in it would be invited or removed.
func makePages[T any](read func(page url.Values) ([]T, error), add func(T) (isNew bool)) error {
	for number := range maxMakePages {
		batch, err := read(url.Values{"pg[limit]": {strconv.Itoa(makePageSize)}, "pg[offset]": {strconv.Itoa(number * makePageSize)}})
		if err != nil {
			return err
		}
		fresh := false
		for _, row := range batch {
			fresh = add(row) || fresh
		}
		switch {
		case len(batch) < makePageSize:
			return nil
		case len(batch) > makePageSize || !fresh:
			return errors.New("Make answered with a page that is none: it repeats the one before, or has more rows than were asked for") //nolint:staticcheck // a name
		}
	}
	return fmt.Errorf("Make answered with a list of more than %d rows, which are not read", maxMakePages*makePageSize) //nolint:staticcheck // a name
}

// invite makes someone a Member of the organization.
func (c *makeClient) invite(ctx context.Context, email, name string) error {
	body := api.MakeInvite{Email: email, Name: cmp.Or(makeName(name), "Member"), UsersRoleID: api.MakeRoleMember}
	return c.do(ctx, makeCall{method: http.MethodPost, path: api.Path(api.PathMakeInvite, c.organization), body: body}, nil)
}

// makeName leaves of a name what Make takes.
func makeName(name string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" '-.()*+,@_/", r) {
			return r
		}
		return ' '
	}, name))
}

// remove takes someone out of the organization: a change of the role to none.
func (c *makeClient) remove(ctx context.Context, userID int64) error {
	path := api.Path(api.PathMakeUserRole, strconv.FormatInt(userID, 10), c.organization)
	return c.do(ctx, makeCall{method: http.MethodPost, path: path, body: api.MakeRoleChange{}}, nil)
}
