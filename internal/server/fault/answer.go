package fault

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// captured is a response that is held back to be changed.
type captured struct {
	status int
	header http.Header
	body   bytes.Buffer
}

// Header returns the headers of the response.
func (a *captured) Header() http.Header { return a.header }

// WriteHeader sets the status; only the first call counts.
func (a *captured) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write appends to the body.
func (a *captured) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

func capture(h http.Handler, r *http.Request) *captured {
	a := &captured{header: http.Header{}}
	h.ServeHTTP(a, r)
	a.WriteHeader(http.StatusOK)
	return a
}

func (a *captured) send(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body.Bytes()) // the caller went away
}

// hidden is the response of a path until a write becomes visible.
type hidden struct {
	before *captured
	until  time.Time
}

// answer calls the handler, and responds as an API on a bad day does.
func (f *faulty) answer(r *http.Request) *captured {
	if r.Method == http.MethodGet {
		if before := f.stillHidden(r.URL.EscapedPath()); before != nil {
			return before
		}
		r = r.Clone(r.Context())
		r.Header.Del("If-None-Match") // a 304 would keep the objects hidden
		a := capture(f.next, r)
		a.header.Del("ETag")
		f.leaveOut(a, r.URL.EscapedPath())
		if f.Shuffle && a.status == http.StatusOK {
			f.shuffle(a, r.URL.Query().Get("sort") == "")
		}
		return a
	}
	shows := readPath(r.URL.EscapedPath())
	var before *captured
	if f.Lag > 0 && r.Method != http.MethodPost {
		before = f.look(r, shows)
	}
	a := capture(f.next, r)
	if r.Method == http.MethodDelete && f.TolerantDeletes && a.status == http.StatusNotFound {
		return &captured{status: http.StatusNoContent, header: http.Header{}}
	}
	if f.Lag > 0 && a.status < 300 {
		f.hide(r, a, shows, before)
	}
	return a
}

// readPath returns the path that shows a write. A membership is written below its
// group and read below its user; a lock is written below the user that shows it.
func readPath(written string) string {
	parts := strings.Split(written, "/") // "", iam, tenant, groups, group, users, type, user
	if len(parts) == 8 && parts[3] == "groups" && parts[5] == "users" {
		return strings.Join([]string{"", parts[1], parts[2], "users", parts[7], "groups", parts[4]}, "/")
	}
	if len(parts) == 6 && parts[3] == "users" && parts[5] == "lock" {
		return strings.Join(parts[:5], "/")
	}
	return written
}

// look reads a path on behalf of a request.
func (f *faulty) look(r *http.Request, at string) *captured {
	get := r.Clone(r.Context())
	get.Method, get.Body, get.ContentLength = http.MethodGet, http.NoBody, 0
	get.URL.Path, get.URL.RawPath, get.URL.RawQuery = at, "", ""
	return capture(f.next, get)
}

// hide keeps the response before a write, to show it for a while. Before a POST, the
// object did not exist.
func (f *faulty) hide(r *http.Request, a *captured, shows string, before *captured) {
	var made api.Created
	if r.Method == http.MethodPost {
		if json.Unmarshal(a.body.Bytes(), &made) != nil || made.ID == "" {
			return
		}
		shows = r.URL.EscapedPath() + "/" + made.ID
		before = &captured{status: http.StatusNotFound, header: http.Header{"Content-Type": {"application/json"}}}
		before.body.WriteString(`{"code":404,"status":"Not Found","message":"Not visible yet"}`)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if h, ok := f.hidden[shows]; ok && time.Now().Before(h.until) {
		before = h.before // the state before the first of several writes
	}
	f.hidden[shows] = hidden{before: before, until: time.Now().Add(f.Lag)}
}

func (f *faulty) stillHidden(at string) *captured {
	f.mu.Lock()
	defer f.mu.Unlock()
	h, ok := f.hidden[at]
	if !ok {
		return nil
	}
	if time.Now().After(h.until) {
		delete(f.hidden, at)
		return nil
	}
	return h.before
}

// leaveOut removes new objects from a list, and from its count. A new membership
// shows neither in the user's groups nor in the group's members.
func (f *faulty) leaveOut(a *captured, list string) {
	f.mu.Lock()
	var ids, users []string
	for at, h := range f.hidden {
		if h.before.status != http.StatusNotFound || time.Now().After(h.until) {
			continue
		}
		if path.Dir(at) == list {
			ids = append(ids, path.Base(at))
		}
		parts := strings.Split(at, "/") // "", iam, tenant, users, user, groups, group
		if len(parts) == 7 && parts[5] == "groups" && list == strings.Join([]string{"", parts[1], parts[2], "groups", parts[6], "users"}, "/") {
			users = append(users, parts[4])
		}
	}
	f.mu.Unlock()
	var items []map[string]any
	if len(ids)+len(users) == 0 || json.Unmarshal(a.body.Bytes(), &items) != nil {
		return
	}
	items = slices.DeleteFunc(items, func(item map[string]any) bool {
		id, _ := item["id"].(string)
		user, _ := item["userId"].(string)
		return slices.Contains(ids, id) || slices.Contains(users, user)
	})
	if total, err := strconv.Atoi(a.header.Get(api.HeaderTotalCount)); err == nil {
		a.header.Set(api.HeaderTotalCount, strconv.Itoa(total-len(ids)-len(users)))
	}
	a.replace(items)
}

// orderless are the members whose order has no meaning.
var orderless = []string{"accessControls", "templates", "restrictions", "groupIds", "groups", "domains", "scopes"}

// shuffle shuffles lists without an order of their own.
func (f *faulty) shuffle(a *captured, top bool) {
	var doc any
	if json.Unmarshal(a.body.Bytes(), &doc) != nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if list, ok := doc.([]any); ok && top {
		shuffleList(f.random, list)
	}
	shuffleMembers(f.random, doc)
	a.replace(doc)
}

func shuffleMembers(random *rand.Rand, doc any) {
	switch doc := doc.(type) {
	case []any:
		for _, item := range doc {
			shuffleMembers(random, item)
		}
	case map[string]any:
		for name, member := range doc {
			if list, ok := member.([]any); ok && slices.Contains(orderless, name) {
				shuffleList(random, list)
			}
			shuffleMembers(random, member)
		}
	}
}

func shuffleList(random *rand.Rand, list []any) {
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

// replace replaces the body with a document.
func (a *captured) replace(doc any) {
	text, err := json.Marshal(doc)
	if err != nil {
		return // it was decoded from JSON
	}
	a.body.Reset()
	a.body.Write(text)
}
