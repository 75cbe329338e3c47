package plumbing

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// people caches the e-mail addresses of users that were read, by id.
type people struct {
	mu      sync.Mutex
	emails  map[string]string
	singles int // users read one by one since the list was read
}

// NoteUsers caches the tenant's users for UserIDs. Call it after reading all of them.
func (d *Data) NoteUsers(users map[string]api.User) {
	ids := make(map[string]string, len(users))
	for email, u := range users {
		ids[email] = u.ID
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.userIDs = ids
}

// UserIDs returns the ids of the tenant's users by e-mail address in lower case,
// read once per run.
func (d *Data) UserIDs(ctx context.Context) (map[string]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.userIDs == nil {
		users, err := d.Client.Users(ctx)
		if err != nil {
			return nil, err
		}
		d.userIDs = make(map[string]string, len(users))
		for _, u := range users {
			d.userIDs[strings.ToLower(u.ContactEmail)] = u.ID
		}
	}
	return d.userIDs, nil
}

// EmailsOf returns the e-mail addresses of users by id. Users who do not exist are
// missing from the result. An address never changes, so it is read at most once per
// run. The list of all users is read once single reads have cost as much.
func (d *Data) EmailsOf(ctx context.Context, ids []string) (map[string]string, error) {
	d.people.mu.Lock()
	defer d.people.mu.Unlock()
	found := make(map[string]string, len(ids))
	var missing []string
	for _, id := range ids {
		if email, ok := d.people.emails[id]; ok {
			found[id] = email
		} else {
			missing = append(missing, id)
		}
	}
	users, err := d.lookUp(ctx, missing)
	if err != nil {
		return nil, err
	}
	if d.people.emails == nil {
		d.people.emails = map[string]string{}
	}
	for _, u := range users {
		d.people.emails[u.ID] = u.ContactEmail
	}
	for _, id := range missing {
		if email, ok := d.people.emails[id]; ok {
			found[id] = email
		}
	}
	return found, nil
}

// singleReads is how many users are read one by one before the list is read.
const singleReads = 20

// lookUp reads users, and all others with them if that is cheaper. Users missing from
// a list are read again one by one, because lists lag behind.
func (d *Data) lookUp(ctx context.Context, ids []string) (users []api.User, err error) {
	if d.people.singles += len(ids); d.people.singles > singleReads {
		d.people.singles = 0
		if users, err = d.Client.Users(ctx); err != nil {
			return nil, err
		}
		listed := make(map[string]bool, len(users))
		for _, u := range users {
			listed[u.ID] = true
		}
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return listed[id] })
	}
	for _, id := range ids {
		u, err := d.Client.User(ctx, id)
		if err == nil {
			users = append(users, *u)
		} else if !client.IsNotFound(err) {
			return nil, err
		}
	}
	return users, nil
}

// NameOf names a person in a message, by e-mail address if it can be found.
func (d *Data) NameOf(ctx context.Context, p Person) string {
	if p.Email == "" && p.ID != "" && d.Client != nil {
		if emails, err := d.EmailsOf(ctx, []string{p.ID}); err == nil {
			p.Email = emails[p.ID]
		}
	}
	if p.Email == "" && p.ID != "" {
		return "user " + p.ID
	}
	return cmp.Or(p.Email, "a user who is not known yet")
}
