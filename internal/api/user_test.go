package api_test

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// A user is locked only if both flag and status say so.
func TestUser_Locked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		flag   bool
		status api.UserStatus
		want   bool
	}{
		{true, api.UserInactive, true},
		{true, "inactive", true},
		{true, api.UserActive, false},
		{true, api.UserProvisioned, false},
		{true, "", false},
		{false, api.UserInactive, false},
		{false, api.UserActive, false},
	} {
		if got := (api.User{IsAccountLocked: c.flag, Status: c.status}).Locked(); got != c.want {
			t.Errorf("flag %t, status %q: got %t", c.flag, c.status, got)
		}
	}
}
