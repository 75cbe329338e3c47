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
