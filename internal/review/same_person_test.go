package review_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// Offline, a row of a table and a membership belong to one person if another
// resource of the state has the member's e-mail address. What the table does to
// the person then also affects the member.
func TestReview_samePersonOffline(t *testing.T) {
	t.Parallel()
	const head = "email,first_name,last_name,locked\n"
	group := m{"id": "g", "name": m{"en": "G"}, "user_type": "EMPLOYEE", "effective_access": m{"orders": "read"}}
	before := m{"csv": head + "Anna@acme.example,Anna,A,false\n", "on_destroy": "remove"}
	for name, members := range map[string]m{
		"by a data source": {"mode": "data", "type": "iam_user", "values": m{"id": "1", "email": "anna@acme.example", "first_name": "Anna", "last_name": "A", "group_ids": []string{"g"}}},
		"by the members":   {"mode": "managed", "type": "iam_group_members", "values": m{"group_id": "g", "user_type": "EMPLOYEE", "members": m{"anna@acme.example": "1"}}},
	} {
		for what, after := range map[string]string{"locked": head + "Anna@acme.example,Anna,A,true\n", "removed": head} {
			for _, first := range []bool{true, false} {
				table := m{"mode": "managed", "type": "iam_users_csv", "values": before}
				resources := []any{m{"mode": "managed", "type": "iam_group", "values": group}, table, members}
				if first {
					resources[1], resources[2] = members, table
				}
				text, err := json.Marshal(m{
					"format_version":   "1.2",
					"prior_state":      m{"values": m{"root_module": m{"resources": resources}}},
					"resource_changes": []any{change("iam_users_csv.all", "update", before, m{"csv": after, "on_destroy": "remove"}, m{})},
				})
				if err != nil {
					t.Fatal(err)
				}
				r := ask(t, string(text), nil)
				if len(r.People) != 1 || string(r.People[0].Event) != what || strings.Join(r.Happens(), " ") != "lost" {
					t.Errorf("%s, %s, %v: %+v", name, what, first, r)
				}
			}
		}
	}
}
