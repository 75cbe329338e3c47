package directory_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/directory"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// withVendors makes two vendors, each with two groups: v1 and v2, w1 and w2.
func withVendors(t *testing.T, b providertest.Backend) {
	t.Helper()
	for _, vendor := range []string{"v", "w"} {
		_, err := b.Client.CreateVendor(t.Context(), api.VendorCreate{ID: vendor, Name: "Vendor " + vendor})
		for _, n := range []string{"1", "2"} {
			if err == nil {
				_, err = b.Client.CreateGroup(t.Context(), api.GroupCreate{ID: vendor + n, Name: api.Text{"en": "Own"}, VendorID: vendor, AccessControls: []string{}})
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// refusals tells when an addition to a group was refused.
type refusals struct{ of chan string }

func (r refusals) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		seen := &statusWriter{ResponseWriter: w}
		next.ServeHTTP(seen, req)
		if seen.status == http.StatusBadRequest {
			select {
			case r.of <- req.URL.Path:
			default:
			}
		}
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// The groups of a user: from one vendor to another, and from none to one.
func TestUserGroupsResource_otherVendor(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		withVendors(t, b)
		id, _ := userIDs(t, p, "a@acme.example")["a@acme.example"].(string)
		in := func(groups ...any) values { return values{"user_id": id, "group_ids": groups} }
		want := func(groups ...string) {
			t.Helper()
			user, err := b.Client.User(t.Context(), id)
			if err != nil || !slices.Equal(slices.Sorted(slices.Values(user.GroupIDs)), groups) {
				t.Errorf("the server has %v, %v; want %v", user.GroupIDs, err, groups)
			}
		}
		present := p.MustApply("iam_user_groups", state{}, in("oe-viewer", "oe-editor"))
		for _, groups := range [][]any{{"v1", "v2"}, {"w1", "w2"}, {"w2"}, {"v1"}, {"oe-admin"}} {
			p.NextRun()
			present = p.MustApply("iam_user_groups", present, in(groups...))
			var names []string
			for _, g := range groups {
				names = append(names, fmt.Sprint(g))
			}
			want(names...)
			noChange(t, p, "iam_user_groups", present, in(groups...))
		}
		p.NextRun()
		if _, d := p.Apply("iam_user_groups", present, in("oe-admin", "w1")); !d.Has("error: Unable to update groups of user", "Joining w1", "group 'oe-admin'", "group 'w1'") {
			t.Errorf("a vendor's group with one of none: %v", d)
		}
		want("oe-admin")
	})
}

// One list loses a member whom another list gets. Terraform may begin with
// either: the one that gets it waits for the other.
func TestGroupMembersResource_otherVendor(t *testing.T) {
	t.Parallel()
	refused := refusals{make(chan string, 1)}
	b := providertest.Remote(t, servertest.Options{Wrap: refused.wrap})
	p := providertest.New(t, b.Config)
	withVendors(t, b)
	ids := userIDs(t, p, "a@acme.example", "b@acme.example")
	list := func(group string, emails ...string) values {
		members := values{}
		for _, email := range emails {
			members[email] = ids[email]
		}
		return values{"group_id": group, "members": members}
	}
	v := p.MustApply("iam_group_members", state{}, list("v1", "a@acme.example", "b@acme.example"))
	w := p.MustApply("iam_group_members", state{}, list("w1"))
	p.NextRun()
	done := make(chan providertest.Diagnostics, 1)
	go func() {
		var d providertest.Diagnostics
		w, d = p.Apply("iam_group_members", w, list("w1", "a@acme.example"))
		done <- d
	}()
	if path := <-refused.of; !strings.Contains(path, "/groups/w1/users/") {
		t.Fatalf("refused was %s", path)
	}
	v = p.MustApply("iam_group_members", v, list("v1", "b@acme.example"))
	if d := <-done; len(d) > 0 {
		t.Errorf("the list that gets the member: %v", d)
	}
	noChange(t, p, "iam_group_members", v, list("v1", "b@acme.example"))
	noChange(t, p, "iam_group_members", w, list("w1", "a@acme.example"))

	// Both lose a member to the other, at the same time.
	p.NextRun()
	var exchange sync.WaitGroup
	exchange.Go(func() { v = p.MustApply("iam_group_members", v, list("v1", "a@acme.example")) })
	exchange.Go(func() { w = p.MustApply("iam_group_members", w, list("w1", "b@acme.example")) })
	exchange.Wait()
	noChange(t, p, "iam_group_members", v, list("v1", "a@acme.example"))
	noChange(t, p, "iam_group_members", w, list("w1", "b@acme.example"))
}

// A membership that moves to another vendor's group ends before the new one
// begins; one that another resource ends is waited for.
func TestGroupMembershipResource_otherVendor(t *testing.T) {
	t.Parallel()
	refused := refusals{make(chan string, 1)}
	b := providertest.Remote(t, servertest.Options{Wrap: refused.wrap})
	p := providertest.New(t, b.Config)
	withVendors(t, b)
	id := userIDs(t, p, "a@acme.example")["a@acme.example"]
	in := func(group string) values { return values{"group_id": group, "user_id": id} }
	made := p.MustApply("iam_group_membership", state{}, in("v1"))
	p.NextRun()
	moved := p.MustApply("iam_group_membership", made, in("w1"))
	p.NextRun()
	done := make(chan providertest.Diagnostics, 1)
	go func() {
		_, d := p.Apply("iam_group_membership", state{}, in("v2"))
		done <- d
	}()
	<-refused.of
	p.MustApply("iam_group_membership", moved, nil)
	if d := <-done; len(d) > 0 {
		t.Errorf("the new membership: %v", d)
	}
	if got := memberIDs(t, b.Client, "v2"); len(got) != 1 {
		t.Errorf("the group has %v", got)
	}
}

// Nobody takes the user out of the other vendor's group. The wait ends early
// here, when it is looked up for the second time.
func TestJoin_inVain(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var looks atomic.Int32
	b := providertest.Remote(t, servertest.Options{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/groups/v1") && looks.Add(1) == 2 {
				cancel()
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	withVendors(t, b)
	id, _ := userIDs(t, p, "a@acme.example")["a@acme.example"].(string)
	if err := b.Client.AssignMember(t.Context(), "v1", access.Employee, id); err != nil {
		t.Fatal(err)
	}
	_, err := directory.Join(ctx, &plumbing.Data{Client: b.Client}, plumbing.Pair{Group: "w1", User: id}, access.Employee)
	for _, part := range []string{"400", "group 'v1'", "group 'w1'", "still in v1", "Remove the user there"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("got %v, want %q", err, part)
		}
	}
	// An error that waiting cannot fix is returned immediately, without the user's lock.
	for group, want := range map[string]string{"nowhere": "404", "1gr5e52e-6e27-4ac5-9471-2467d3fb7500": "CUSTOMER only"} {
		if _, err := directory.Join(t.Context(), &plumbing.Data{Client: b.Client}, plumbing.Pair{Group: group, User: id}, access.Employee); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", group, err, want)
		}
	}
	b.Client.Lock("user", id)()
}
