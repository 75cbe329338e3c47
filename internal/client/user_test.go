package client

import (
	"net/http"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// A user that is missing and an API that cannot lock are told apart.
func TestLockUser_refused(t *testing.T) {
	t.Parallel()
	const there, gone = `{"id": "u", "status": "ACTIVE"}`, ""
	for name, test := range map[string]struct {
		status      int // of the lock
		user        string
		unsupported bool
		notFound    bool
	}{
		"unknown path":          {404, there, true, false},
		"unknown method":        {405, there, true, false},
		"unknown user":          {404, gone, false, true},
		"unknown method and no": {405, gone, false, false},
		"forbidden":             {403, there, false, false},
		"broken":                {500, there, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method != http.MethodGet:
					answer(test.status, `{"code": 1, "message": "Refused"}`)(w, r)
				case test.user == gone:
					answer(404, `{"code": 404}`)(w, r)
				default:
					answer(200, test.user)(w, r)
				}
			})
			for _, err := range []error{c.LockUser(t.Context(), "u"), c.UnlockUser(t.Context(), "u")} {
				if err == nil || IsUnsupported(err) != test.unsupported || IsNotFound(err) != test.notFound {
					t.Errorf("got %v: unsupported %t, not found %t", err, IsUnsupported(err), IsNotFound(err))
				}
				if test.unsupported && !strings.Contains(err.Error(), "this API has no user locks. They need the reference backend") {
					t.Errorf("got %v", err)
				}
			}
		})
	}
}

// What the API does not say is not known.
func TestCanLock_unknown(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 204, 401, 403, 500} {
		c := newTestClient(t, answer(status, `{}`))
		if can, err := c.CanLock(t.Context()); can || err == nil {
			t.Errorf("%d: got %t, %v", status, can, err)
		}
	}
}

// A user whose flag alone is set is at work, as on the public API.
func TestSubject_locked(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, answer(200, `[]`))
	for _, u := range []api.User{
		{ID: "u", Status: api.UserActive, IsAccountLocked: true},
		{ID: "u", Status: api.UserInactive, IsAccountLocked: true},
		{ID: "u", Status: api.UserInactive},
	} {
		if subject, err := c.Subject(t.Context(), u); err != nil || subject.Locked != u.Locked() {
			t.Errorf("%+v: got %+v, %v", u, subject, err)
		}
	}
}
