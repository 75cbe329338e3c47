package directory

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// run is what the types of this package share during one run.
type run struct {
	people people

	mu      sync.Mutex
	userIDs map[string]string // by e-mail address in lower case
	canLock *bool

	groupsMu  sync.Mutex
	groupIDs  []string // sorted; empty if the groups cannot be listed
	groupsGot bool
}

// runOf returns the run of the provider data.
func runOf(d *plumbing.Data) *run { return plumbing.State[run](d) }

// canLock reports whether the API can lock users. It makes one request per run. If
// that request fails it reports true, and locking a user reports the error.
func canLock(ctx context.Context, d *plumbing.Data) bool {
	r := runOf(d)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.canLock == nil {
		can, err := d.Client.CanLock(ctx)
		if err != nil {
			return true
		}
		r.canLock = &can
	}
	return *r.canLock
}

// people caches the e-mail addresses of users that were read, by id.
type people struct {
	mu      sync.Mutex
	emails  map[string]string
	singles int // users read one by one since the list was read
}

// noteUsers caches the tenant's users for userIDs. Call it after reading all of them.
func noteUsers(d *plumbing.Data, users map[string]api.User) {
	ids := make(map[string]string, len(users))
	for email, u := range users {
		ids[email] = u.ID
	}
	r := runOf(d)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.userIDs = ids
}

// userIDs returns the ids of the tenant's users by e-mail address in lower case,
// read once per run.
func userIDs(ctx context.Context, d *plumbing.Data) (map[string]string, error) {
	r := runOf(d)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.userIDs == nil {
		users, err := d.Client.Users(ctx)
		if err != nil {
			return nil, err
		}
		r.userIDs = make(map[string]string, len(users))
		for _, u := range users {
			r.userIDs[strings.ToLower(u.ContactEmail)] = u.ID
		}
	}
	return r.userIDs, nil
}

// emailsOf returns the e-mail addresses of users by id. Users who do not exist are
// missing from the result. An address never changes, so it is read at most once per
// run. The list of all users is read once single reads have cost as much.
func emailsOf(ctx context.Context, d *plumbing.Data, ids []string) (map[string]string, error) {
	known := &runOf(d).people
	known.mu.Lock()
	defer known.mu.Unlock()
	found := make(map[string]string, len(ids))
	var missing []string
	for _, id := range ids {
		if email, ok := known.emails[id]; ok {
			found[id] = email
		} else {
			missing = append(missing, id)
		}
	}
	users, err := known.lookUp(ctx, d.Client, missing)
	if err != nil {
		return nil, err
	}
	if known.emails == nil {
		known.emails = map[string]string{}
	}
	for _, u := range users {
		known.emails[u.ID] = u.ContactEmail
	}
	for _, id := range missing {
		if email, ok := known.emails[id]; ok {
			found[id] = email
		}
	}
	return found, nil
}

// singleReads is how many users are read one by one before the list is read.
const singleReads = 20

// lookUp reads users, and all others with them if that is cheaper. Users missing from
// a list are read again one by one, because lists lag behind.
func (p *people) lookUp(ctx context.Context, c *client.Client, ids []string) (users []api.User, err error) {
	if p.singles += len(ids); p.singles > singleReads {
		p.singles = 0
		if users, err = c.Users(ctx); err != nil {
			return nil, err
		}
		listed := make(map[string]bool, len(users))
		for _, u := range users {
			listed[u.ID] = true
		}
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return listed[id] })
	}
	for _, id := range ids {
		u, err := c.User(ctx, id)
		if err == nil {
			users = append(users, *u)
		} else if !client.IsNotFound(err) {
			return nil, err
		}
	}
	return users, nil
}

// nameOf names a person in a message, by e-mail address if it can be found.
func nameOf(ctx context.Context, d *plumbing.Data, p plumbing.Person) string {
	if p.Email == "" && p.ID != "" && d.Client != nil {
		if emails, err := emailsOf(ctx, d, []string{p.ID}); err == nil {
			p.Email = emails[p.ID]
		}
	}
	if p.Email == "" && p.ID != "" {
		return "user " + p.ID
	}
	return cmp.Or(p.Email, "a user who is not known yet")
}
