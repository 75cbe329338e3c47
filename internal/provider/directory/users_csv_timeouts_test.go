package directory_test

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// When its time is over, an operation leaves the users that it has not begun
// with, says so, and the next apply goes on.
func TestUsersCSVResource_timeouts(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	timed := func(text string, timeouts values) values { return values{"csv": text, "timeouts": timeouts} }
	const late = "3 users were not attempted before the timeout of 1ns: apply again to continue"
	made, d := p.Apply("iam_users_csv", state{}, timed(staff, values{"create": "1ns"}))
	if !d.Has(`error at AttributeName("csv"): Unable to create users`, late) || len(staffOf(t, b.Client)) != 0 {
		t.Errorf("create: %v", d)
	}
	config := timed(staff, values{"update": "1h"})
	p.NextRun()
	made = p.MustApply("iam_users_csv", made, config)
	if len(staffOf(t, b.Client)) != 3 {
		t.Errorf("there are %v", staffOf(t, b.Client))
	}
	noChange(t, p, "iam_users_csv", made, config)

	p.NextRun()
	none := "email,first_name,last_name\n"
	changed, d := p.Apply("iam_users_csv", made, timed(none, values{"update": "1ns"}))
	if !d.Has("Unable to update users", late) || len(staffOf(t, b.Client)) != 3 {
		t.Errorf("update: %v", d)
	}
	p.NextRun()
	made = p.MustApply("iam_users_csv", changed, timed(staff, values{"delete": "1ns"}))
	p.NextRun()
	kept, d := p.Apply("iam_users_csv", made, nil)
	if !d.Has("Unable to delete users", late) || kept.Values["csv"] != made.Values["csv"] || len(staffOf(t, b.Client)) != 3 {
		t.Errorf("delete: %v, %v", kept.Values, d)
	}
	p.NextRun()
	made = p.MustApply("iam_users_csv", made, csvOf(staff))
	p.NextRun()
	p.MustApply("iam_users_csv", made, nil)
	if left := staffOf(t, b.Client); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
}
