package plumbing

import (
	"context"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// NoteUsers remembers the tenant's users for UserIDs, for who read them all.
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
