package access

import "testing"

func TestGroupRef(t *testing.T) {
	t.Parallel()
	for want, ref := range map[string]GroupRef{
		"sales":         {ID: "sales"},
		"Sales (sales)": {ID: "sales", Name: "Sales"},
		"Sales":         {ID: "Sales", Name: "Sales"},
	} {
		if got := ref.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// The memory of a report grows with its rows, not with the catalog. Not parallel:
// allocations are counted for the whole process.
func TestReportAllocations(t *testing.T) {
	groups := Rights{}.Compile([]Group{
		groupWith("tax", map[string]Level{"tax": Read}),
		{ID: "admins", Templates: []string{"admin"}},
	})
	for _, c := range []struct {
		name    string
		subject Subject
		most    float64
	}{
		{"no access", groups.Subject(false), 0},
		{"one entity", groups.Subject(false, "tax"), 4},
		{"every entity", groups.Subject(false, "tax", "admins"), 4},
	} {
		if got := testing.AllocsPerRun(100, func() { c.subject.Report() }); got > c.most {
			t.Errorf("%s: %v allocations, want at most %v", c.name, got, c.most)
		}
	}
}
