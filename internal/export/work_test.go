package export_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/export"
)

// Writing takes little memory for each object and for each element of a long list. The test
// is alone, as it measures memory.
func TestWrite_work(t *testing.T) {
	const many = 5000
	var users []export.Object
	ids := make([]string, many)
	for i := range many {
		ids[i] = fmt.Sprintf("user-%04d", i)
		users = append(users, user(ids[i], ids[i]+"@acme.example"))
	}
	for name, c := range map[string]struct {
		objects []export.Object
		most    uint64 // bytes for each
	}{
		"users":              {users, 24 << 10},
		"members of a group": {[]export.Object{members("g", ids...)}, 48 << 10},
	} {
		allocated := func() uint64 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return m.TotalAlloc
		}
		before := allocated()
		if _, _, err := export.Write(c.objects, export.Filter{}, export.Connection{}); err != nil {
			t.Fatal(err)
		}
		each := (allocated() - before) / many
		t.Logf("%s: %d bytes each", name, each)
		if each > c.most {
			t.Errorf("%s: %d bytes each, more than %d", name, each, c.most)
		}
	}
}

// Without users to select, no single memberships are read.
func TestFilter_Needs(t *testing.T) {
	t.Parallel()
	all := []string{"iam_group", "iam_user", "iam_group_members", "iam_group_membership", "iam_vendor", "iam_site"}
	for _, c := range []struct {
		filter export.Filter
		want   string
	}{
		{export.Filter{}, "[iam_group iam_user iam_group_members iam_vendor iam_site]"},
		{export.Filter{Groups: []string{"g"}}, "[iam_group iam_user iam_group_members iam_vendor]"},
		{export.Filter{Emails: []string{"a@acme.example"}}, "[iam_group iam_user iam_group_members iam_group_membership iam_vendor]"},
		{export.Filter{Groups: []string{"g"}, Types: []string{"iam_group_membership"}}, "[iam_group_members iam_group_membership iam_vendor]"},
	} {
		if got := fmt.Sprint(c.filter.Needs(all)); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.filter, got, c.want)
		}
	}
}
