package integromat_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/integromat"
)

// newClient returns a client of organization 7 at a Make that answers as the
// handler does, and a counter of its requests.
func newClient(t *testing.T, handler http.HandlerFunc) (*integromat.Client, *atomic.Int32) {
	t.Helper()
	requests := new(atomic.Int32)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		handler(w, r)
	}))
	t.Cleanup(s.Close)
	return integromat.New(integromat.Organization{BaseURL: s.URL, Key: "k", ID: "7", AllowHTTP: true}, http.DefaultTransport), requests
}

// rows returns a page of both lists, with user ids from first on.
func rows(first, count int) []byte {
	var list []map[string]any
	for i := range count {
		id := first + i
		list = append(list, map[string]any{"usersRoleId": api.MakeRoleMember, "userId": id, "id": id, "email": "User" + strconv.Itoa(id) + "@x.example"})
	}
	text, _ := json.Marshal(map[string]any{"userOrganizationRoles": list, "users": list})
	return text
}

func offset(t *testing.T, r *http.Request) int {
	t.Helper()
	n, err := strconv.Atoi(r.URL.Query().Get("pg[offset]"))
	if err != nil {
		t.Error(err)
	}
	return n
}

// All pages of both lists are read; addresses are in lower case.
func TestClient_Members(t *testing.T) {
	t.Parallel()
	c, requests := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Token k" {
			t.Errorf("got the header %v", r.Header)
		}
		first := offset(t, r)
		_, _ = w.Write(rows(1+first, min(1000, 1500-first)))
	})
	members, err := c.Members(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := (integromat.Member{UserID: 1500, RoleID: api.MakeRoleMember}); len(members) != 1500 || members["user1500@x.example"] != want {
		t.Errorf("got %d members, the last is %+v", len(members), members["user1500@x.example"])
	}
	if requests.Load() != 4 {
		t.Errorf("got %d requests, want 4", requests.Load())
	}
}

// An address that is longer than any of the backend's is not kept.
func TestClient_Members_longEmail(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(strings.ReplaceAll(string(rows(1, 2)), "User1@", strings.Repeat("u", 600)+"@")))
	})
	members, err := c.Members(t.Context())
	if err != nil || len(members) != 1 {
		t.Errorf("got %d members and the error %v, want the one with the short address", len(members), err)
	}
}

// A list that repeats itself, never ends or is too large is an error.
func TestClient_Members_invalid(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer   func(w http.ResponseWriter, r *http.Request)
		want     string
		requests int32
	}{
		"repeats itself": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(rows(1, 1000)) }, "it repeats the previous page", 2},
		"too many rows":  {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(rows(1, 1001)) }, "more rows than requested", 1},
		"never ends":     {func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(rows(1+offset(t, r), 1000)) }, "more than 100000 rows", 100},
		"too large":      {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 17<<20)) }, "with more than 16 MB", 1},
		"not JSON":       {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, "unexpected JSON", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, requests := newClient(t, test.answer)
			_, err := c.Members(t.Context())
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got the error %v, want %q", err, test.want)
			}
			if requests.Load() != test.requests {
				t.Errorf("got %d requests, want %d", requests.Load(), test.requests)
			}
		})
	}
}

// Errors of Make, in all the forms that it has.
func TestClient_errors(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]integromat.Error{
		`{"detail": "Access denied.", "message": "Permission denied", "code": "SC403"}`:                                      {Code: "SC403", Message: "Access denied."},
		`{"detail": ["One", "Two"], "message": "Bad Request"}`:                                                               {Message: "One; Two"},
		`{"message": "Validation failed", "suberrors": [{"message": "Name is required"}, {"message": "E-mail is invalid"}]}`: {Message: "Name is required; E-mail is invalid"},
		`{"detail": "It exists", "suberrors": [{"message": "twice"}], "code": "IM005"}`:                                      {Code: "IM005", Message: "It exists; twice"},
		`{"detail": "", "message": "Not found"}`:                                                                             {Message: "Not found"},
		`{"detail": 5, "message": "Odd"}`:                                                                                    {Message: "Odd"},
		`{"fault": {"faultstring": "x"}}`:                                                                                    {},
		`<html>`:                                                                                                             {},
	} {
		c, _ := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(body))
		})
		want.Status = http.StatusBadRequest
		var got *integromat.Error
		if err := c.Invite(t.Context(), "anna@x.example", "Anna"); !errors.As(err, &got) || *got != want {
			t.Errorf("%s: got %+v, want %+v", body, got, want)
		}
	}
	for duplicate, e := range map[bool]integromat.Error{true: {Status: 400, Code: "IM005"}, false: {Status: 400, Code: "SC400"}} {
		if e.Duplicate() != duplicate {
			t.Errorf("%+v is a duplicate: %t", e, e.Duplicate())
		}
	}
	if e := (&integromat.Error{Status: http.StatusConflict}); !e.Duplicate() {
		t.Error("a conflict is no duplicate")
	}
}

// The key is sent to the address of the organization only: with TLS, and to no
// host that the answer redirects to.
func TestClient_key(t *testing.T) {
	t.Parallel()
	c, requests := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	var refusal *integromat.Error
	if err := c.Remove(t.Context(), 1); !errors.As(err, &refusal) || refusal.Status != http.StatusTemporaryRedirect || requests.Load() != 1 {
		t.Errorf("a redirect: got the error %v after %d requests", err, requests.Load())
	}
	plain := integromat.New(integromat.Organization{BaseURL: "http://127.0.0.1:1", Key: "k", ID: "7"}, http.DefaultTransport)
	if err := plain.Remove(t.Context(), 1); err == nil || !strings.Contains(err.Error(), "must begin with https://") {
		t.Errorf("without TLS: got the error %v", err)
	}
}

// Names are sent without the characters that Make refuses.
func TestClient_Invite(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"Anna <Ä>": "Anna  Ä", "<>": "Member"} {
		c, _ := newClient(t, func(_ http.ResponseWriter, r *http.Request) {
			var body api.MakeInvite
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Name != want || body.UsersRoleID != api.MakeRoleMember || body.Email != "anna@x.example" {
				t.Errorf("%s: got %+v and the error %v", name, body, err)
			}
		})
		if err := c.Invite(t.Context(), "anna@x.example", name); err != nil {
			t.Error(err)
		}
	}
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	c, requests := newClient(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(rows(1, 2)) })
	other, _ := newClient(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(rows(3, 1)) })
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	d := integromat.Directory{MaxAge: time.Minute}
	find := func(c *integromat.Client, email string, expected, want bool, wantRequests int32) {
		t.Helper()
		before := requests.Load()
		_, found, err := d.Find(t.Context(), c, email, expected, now)
		if err != nil || found != want {
			t.Errorf("%s: got %v and the error %v, want %v", email, found, err, want)
		}
		if got := requests.Load() - before; got != wantRequests {
			t.Errorf("%s: got %d requests, want %d", email, got, wantRequests)
		}
	}
	find(c, "User1@x.example", true, true, 2)
	find(c, "user2@x.example", false, true, 0)
	find(c, "user3@x.example", false, false, 0)
	find(c, "user3@x.example", true, false, 2) // expected, and not listed
	d.Forget("USER1@x.example")
	find(c, "user1@x.example", false, false, 0)
	now = now.Add(time.Minute)
	find(c, "user1@x.example", false, true, 2) // the list is too old
	find(other, "user1@x.example", false, false, 0)
	find(other, "user3@x.example", false, true, 0)
}
