package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// directory answers for users "u0", "u1" and so on, and counts the requests. All
// are in the group "all".
type directory struct {
	mu       sync.Mutex
	users    int
	lists    int
	singles  int
	hidden   map[string]bool // left out of lists
	gone     map[string]bool
	noLists  bool
	noTotals bool
	number   string // of the last user; empty: as of the others
}

func (d *directory) user(n int) api.User {
	number := fmt.Sprint("n", n)
	if d.number != "" && n == d.users-1 {
		number = d.number
	}
	return api.User{ID: fmt.Sprint("u", n), BackofficeUserNumber: number, FirstName: "User", ContactEmail: fmt.Sprintf("u%d@acme.example", n), GroupIDs: []string{"all"}, Status: api.UserActive}
}

func (d *directory) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r.Method != http.MethodGet {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	size, _ := strconv.Atoi(r.URL.Query().Get("pageSize"))
	number, _ := strconv.Atoi(r.URL.Query().Get("pageNumber"))
	if size == 0 {
		d.single(w, r)
		return
	}
	d.lists++
	if d.noLists {
		answer(403, `{"code":403}`)(w, r)
		return
	}
	var all []api.User
	for n := range d.users {
		if u := d.user(n); !d.hidden[u.ID] && !d.gone[u.ID] {
			all = append(all, u)
		}
	}
	if !d.noTotals {
		w.Header().Set(api.HeaderTotalCount, strconv.Itoa(len(all)))
	}
	from := min((number-1)*size, len(all))
	body, _ := json.Marshal(append([]api.User{}, all[from:min(from+size, len(all))]...))
	answer(200, string(body))(w, r)
}

func (d *directory) single(w http.ResponseWriter, r *http.Request) {
	d.singles++
	parts := strings.Split(r.URL.Path, "/")
	n, err := strconv.Atoi(strings.TrimLeft(parts[4], "un"))
	if err != nil || n >= d.users || d.gone[fmt.Sprint("u", n)] {
		answer(404, `{"code":404,"status":"Not Found","message":"none"}`)(w, r)
		return
	}
	if len(parts) == 7 {
		answer(200, `{"id":"`+parts[6]+`"}`)(w, r)
		return
	}
	body, _ := json.Marshal(d.user(n))
	answer(200, string(body))(w, r)
}

func (d *directory) client(t *testing.T, pageSize int) *Client {
	t.Helper()
	return newTestClient(t, d.ServeHTTP, func(o *Options) { o.PageSize = pageSize })
}

// In whatever order reads come, and however many, they take at most twice the
// requests of the better of the two ways.
func TestBatchReader_cost(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 150 {
		users, pageSize := 1+random.IntN(60), 1+random.IntN(12)
		reads := 1 + random.IntN(users)
		ids := random.Perm(users)[:reads]
		switch round % 4 {
		case 0:
			slices.Sort(ids)
		case 1: // from the far end of the list
			slices.Sort(ids)
			slices.Reverse(ids)
		}
		d := &directory{users: users}
		c := d.client(t, pageSize)
		for _, n := range ids {
			if round%3 == 0 {
				if ok, err := c.ReadMembership(t.Context(), "all", access.Employee, fmt.Sprint("u", n)); err != nil || !ok {
					t.Fatal(ok, err)
				}
				continue
			}
			u, err := c.ReadUser(t.Context(), "test", fmt.Sprint("u", n), nil)
			if err != nil || u.BackofficeUserNumber != fmt.Sprint("n", n) {
				t.Fatal(u, err)
			}
		}
		pages := (users + pageSize - 1) / pageSize
		if cost, best := d.lists+d.singles, min(reads, pages); cost > 2*best {
			t.Errorf("%d users, %d reads of pages of %d, order %v: %d requests, more than twice %d", users, reads, pageSize, ids, cost, best)
		}
	}
}

// Reads that come together wait for one listing.
func TestBatchReader_together(t *testing.T) {
	t.Parallel()
	d := &directory{users: 300}
	c := d.client(t, 100)
	var all sync.WaitGroup
	for n := range d.users {
		all.Go(func() {
			if u, err := c.ReadUser(t.Context(), "test", fmt.Sprint("u", n), nil); err != nil || u.ID != fmt.Sprint("u", n) {
				t.Error(u, err)
			}
		})
	}
	all.Wait()
	if d.lists != 3 || d.lists+d.singles > 6 {
		t.Errorf("%d pages and %d single reads", d.lists, d.singles)
	}
}

func TestBatchReader_answers(t *testing.T) {
	t.Parallel()
	d := &directory{users: 10, hidden: map[string]bool{"u7": true}, gone: map[string]bool{"u8": true}}
	c := d.client(t, 100)
	read := func(id string) *api.User {
		t.Helper()
		u, err := c.ReadUser(t.Context(), "test", id, nil)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	read("u0")
	read("u1")
	if u := read("n2"); u.ID != "u2" || d.singles != 1 {
		t.Errorf("by number: got %+v after %d single reads", u, d.singles)
	}
	if read("u7").ID != "u7" {
		t.Error("what a list lacks may exist")
	}
	if _, err := c.ReadUser(t.Context(), "test", "u8", nil); !IsNotFound(err) {
		t.Errorf("error %v of what is gone", err)
	}
	if ok, err := c.ReadMembership(t.Context(), "other", access.Employee, "u8"); ok || err != nil {
		t.Errorf("membership of who is gone: %t, %v", ok, err)
	}
	singles := d.singles
	same := func(want bool) func(api.User) bool { return func(api.User) bool { return want } }
	for _, want := range []bool{true, false} {
		if u, err := c.ReadUser(t.Context(), fmt.Sprint(want), "u4", same(want)); err != nil || u.ID != "u4" {
			t.Fatal(u, err)
		}
	}
	if d.singles != singles+1 {
		t.Errorf("%d single reads, want one: of what was not expected", d.singles-singles)
	}
	before := d.lists + d.singles
	if ok, _ := c.ReadMembership(t.Context(), "all", access.Employee, "u3"); !ok || d.lists+d.singles != before {
		t.Error("the list of users holds the membership")
	}
}

// One user's number may be another's id, who is meant.
func TestBatchReader_idBeforeNumber(t *testing.T) {
	t.Parallel()
	for _, number := range []string{"u3", "u9"} {
		d := &directory{users: 10, number: number}
		c := d.client(t, 100)
		for _, id := range []string{"u0", "u1", "u3", "u9"} {
			if u, err := c.ReadUser(t.Context(), "test", id, nil); err != nil || u.ID != id {
				t.Errorf("%s: got %v, %v", id, u, err)
			}
		}
		if d.lists != 1 {
			t.Errorf("%d lists", d.lists)
		}
	}
}

// A reader that asks again wants to know what has become of it.
func TestBatchReader_again(t *testing.T) {
	t.Parallel()
	d := &directory{users: 10}
	c := d.client(t, 100)
	for _, id := range []string{"u0", "u1", "u2"} {
		if _, err := c.ReadUser(t.Context(), "test", id, nil); err != nil {
			t.Fatal(err)
		}
	}
	d.gone = map[string]bool{"u0": true, "u2": true}
	for _, id := range []string{"u2", "u0"} {
		if _, err := c.ReadUser(t.Context(), "test", id, nil); !IsNotFound(err) {
			t.Errorf("%s: error %v", id, err)
		}
	}
	if _, err := c.ReadUser(t.Context(), "another", "u1", nil); err != nil {
		t.Error(err)
	}
}

// What is read after a write is never older than it.
func TestBatchReader_afterWrite(t *testing.T) {
	t.Parallel()
	d := &directory{users: 10}
	c := d.client(t, 100)
	for _, id := range []string{"u0", "u1"} {
		if _, err := c.ReadUser(t.Context(), "test", id, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.DeleteUser(t.Context(), "u5", false); err != nil {
		t.Fatal(err)
	}
	d.gone = map[string]bool{"u5": true}
	if _, err := c.ReadUser(t.Context(), "test", "u5", nil); !IsNotFound(err) {
		t.Errorf("error %v after the user was deleted", err)
	}
	lists := d.lists
	for n := range 5 {
		if _, err := c.ReadUser(t.Context(), "test", fmt.Sprint("u", n), nil); err != nil {
			t.Fatal(err)
		}
	}
	if d.lists != lists {
		t.Error("a listing may lag behind the write")
	}
}

// Where lists cannot be read, or not be counted, single objects can.
func TestBatchReader_noList(t *testing.T) {
	t.Parallel()
	for _, d := range []*directory{{users: 30, noLists: true}, {users: 30, noTotals: true}} {
		c := d.client(t, 5)
		for n := 29; n >= 0; n-- {
			if u, err := c.ReadUser(t.Context(), "test", fmt.Sprint("u", n), nil); err != nil || u.ID != fmt.Sprint("u", n) {
				t.Fatal(u, err)
			}
		}
		if d.lists != 1 {
			t.Errorf("%d lists", d.lists)
		}
	}
}

func TestFlight(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	requests := 0
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		requests++
		answer(200, fmt.Sprintf(`{"key":"k","value":%d}`, requests))(w, r)
	})
	read := func(reader string) string {
		t.Helper()
		item, err := c.ReadSetting(t.Context(), reader, "k")
		if err != nil {
			t.Fatal(err)
		}
		return string(item.Value)
	}
	if got := read("a") + read("b") + read("c"); got != "111" {
		t.Errorf("values %s: one request is enough", got)
	}
	if got := read("a") + read("b"); got != "22" {
		t.Errorf("values %s of who asks again", got)
	}
	if err := c.DeleteSetting(t.Context(), "other"); err == nil {
		t.Fatal("the server answers 200, which is no answer to a deletion")
	}
	if got := read("c") + read("d"); got != "45" {
		t.Errorf("values %s after a write", got)
	}
}

// Waiting readers share an error and the next reader tries again. A 404 or 403 is
// an answer, and is shared as one.
func TestFlight_error(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err   error
		reads int32 // until each of five readers has an answer
		stays bool
	}{
		"an accident": {errors.New("connection reset"), 2, false},
		"not found":   {&NotFoundError{What: "it"}, 1, true},
		"forbidden":   {&Error{StatusCode: http.StatusForbidden}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var s flight[string]
				var reads atomic.Int32
				fail := make(chan struct{})
				get := func(reader int) error {
					_, err := s.get(t.Context(), &Client{}, [2]string{fmt.Sprint(reader), "k"}, func(context.Context) (string, error) {
						if reads.Add(1) > 1 {
							return "", nil
						}
						<-fail
						return "", c.err
					})
					return err
				}
				for reader := range 3 {
					go func() {
						if err := get(reader); !errors.Is(err, c.err) {
							t.Errorf("who waited got %v", err)
						}
					}()
				}
				synctest.Wait()
				close(fail)
				synctest.Wait()
				for reader := range 2 {
					if err := get(3 + reader); (err != nil) != c.stays {
						t.Errorf("who came later got %v", err)
					}
				}
				if got := reads.Load(); got != c.reads {
					t.Errorf("%d reads, want %d", got, c.reads)
				}
			})
		})
	}
}

// Searches by e-mail share one list, and what it lacks is looked for once more.
func TestReadUserBy(t *testing.T) {
	t.Parallel()
	d := &directory{users: 29}
	c := d.client(t, 10)
	find := func(reader, email, want string) {
		t.Helper()
		u, err := c.ReadUserBy(t.Context(), reader, "", email)
		if want == "" {
			if !IsNotFound(err) {
				t.Errorf("%s: got %v, %v", email, u, err)
			}
			return
		}
		if err != nil || u.ID != want {
			t.Errorf("%s: got %v, %v, want %s", email, u, err, want)
		}
	}
	for n := range 25 {
		find("test", fmt.Sprintf("U%d@acme.example", n), fmt.Sprint("u", n))
	}
	if d.lists != 3 {
		t.Errorf("%d pages for 25 searches", d.lists)
	}
	find("test", "nobody@acme.example", "")
	d.gone = map[string]bool{"u3": true}
	find("test", "u3@acme.example", "") // asked about again
	if u, err := c.ReadUserBy(t.Context(), "test", "u4", "ignored"); err != nil || u.ID != "u4" || d.singles != 1 {
		t.Errorf("by id: %v, %v", u, err)
	}
	if err := c.DeleteUser(t.Context(), "u4", false); err != nil {
		t.Fatal(err)
	}
	d.gone["u5"] = true
	find("another", "u5@acme.example", "")
}
