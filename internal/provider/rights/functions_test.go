package rights_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
)

func TestAccessFunctions(t *testing.T) {
	t.Parallel()
	p := providertest.Start(t, nil) // not configured: functions need no tenant
	for _, c := range []struct {
		name      string
		function  string
		arguments []any
		want      string // the result, or the error
	}{
		{"a template with a level taken away", "expand_template", []any{"order_fulfillment_manager", values{"orders": "read", "sites": "none", "forms": "edit"}}, "map[carts:read customers:read forms:edit orders:read returns:manage sepa:manage task_inbox:edit]"},
		{"no template", "expand_template", []any{nil, values{"orders": "manage"}}, "map[carts:manage orders:manage]"},
		{"nothing", "expand_template", []any{"", nil}, "map[]"},
		{"an unknown template", "expand_template", []any{"boss", values{"sky": "read"}}, `argument 0: Unknown role template "boss": use one of viewer, manager, admin, catalog_manager, pricing_manager, order_fulfillment_manager.`},
		{"unknown overrides", "expand_template", []any{"viewer", values{"order": "read", "tax": "edit"}}, "argument 1: Unknown entity \"order\": did you mean orders?\ntax has no level \"edit\": use one of none, read, manage."},
		{"an override without a level", "expand_template", []any{"viewer", values{"orders": nil}}, `argument 1: Orders has no level: write "none" to take access away, or leave the entity out.`},
		{"the highest level", "merge_access", []any{[]any{values{"orders": "read", "tax": "none"}, values{"orders": "manage"}, nil}}, "map[orders:manage]"},
		{"nothing to merge", "merge_access", []any{[]any{}}, "map[]"},
		{"an unknown level to merge", "merge_access", []any{[]any{values{}, values{"orders": "write"}}}, `argument 0: Map 2: orders has no level "write": use one of none, read, manage.`},
		{"no level to merge", "merge_access", []any{[]any{values{"orders": nil}}}, `argument 0: Map 1: orders has no level: write "none" to take access away, or leave the entity out.`},
		{"a dependency", "missing_dependencies", []any{values{"returns": "manage", "orders": "manage"}}, `map[returns:manage on returns also needs read on customers and products: add customers = "read", products = "read"]`},
		{"no dependency", "missing_dependencies", []any{nil}, "map[]"},
		{"an unknown entity", "missing_dependencies", []any{values{"sky": "read"}}, `argument 0: Unknown entity "sky"`},
		{"no level to depend", "missing_dependencies", []any{values{"tax": nil}}, "argument 0: Tax has no level"},
		{"every kind of change", "compare_access", []any{
			values{"tax": "read", "orders": "manage", "units": "read", "quotes": "manage"},
			values{"orders": "read", "units": "manage", "forms": "edit", "quotes": "manage", "tax": "none"},
		}, "map[gained:map[forms:edit] lost:map[tax:read] lowered:map[orders:read] raised:map[units:manage]]"},
		{"nothing to compare", "compare_access", []any{nil, values{}}, "map[gained:map[] lost:map[] lowered:map[] raised:map[]]"},
		{"a mistake before", "compare_access", []any{values{"tax": "all"}, values{"tax": "all"}}, `argument 0: Tax has no level "all"`},
		{"a mistake after", "compare_access", []any{values{"tax": "read"}, values{"tax": nil}}, "argument 1: Tax has no level"},
	} {
		result, failed := p.Call(c.function, c.arguments...)
		got := failed
		if failed == "" {
			got = fmt.Sprint(result)
		}
		if got != c.want && (failed == "" || !strings.HasPrefix(got, c.want)) {
			t.Errorf("%s: %s gives\n%s\nwant\n%s", c.name, c.function, got, c.want)
		}
	}
}

func TestParseUsersCSVFunction(t *testing.T) {
	t.Parallel()
	p := providertest.Start(t, nil)
	for _, c := range []struct{ name, text, want string }{
		{
			"required columns only", "email,first_name,last_name\nAnna@acme.example,Anna,\"Schmidt, B.\"\n",
			"map[anna@acme.example:map[department:<nil> email:Anna@acme.example first_name:Anna groups:<nil> last_name:Schmidt, B. locked:<nil> preferred_currency:<nil> preferred_language:<nil> preferred_site:<nil>]]",
		},
		{
			"every column", "\uFEFFlocked;groups;email;first_name;last_name;department;preferred_site;preferred_currency;preferred_language\r\nTRUE;b a b;a@acme.example;A;B;D;main;EUR;de\r\n;;c@acme.example;C;D;;;;\r\n",
			"map[a@acme.example:map[department:D email:a@acme.example first_name:A groups:[a b] last_name:B locked:true preferred_currency:EUR preferred_language:de preferred_site:main] " +
				"c@acme.example:map[department:<nil> email:c@acme.example first_name:C groups:[] last_name:D locked:false preferred_currency:<nil> preferred_language:<nil> preferred_site:<nil>]]",
		},
		{"nobody", "email,first_name,last_name\n", "map[]"},
		{"bad e-mails", "email,first_name,last_name\n\nanna,A,B\nb@acme.example,A,B\nA <c@acme.example>,A,B\n", "argument 0: Line 3: \"anna\" is not an e-mail address\nline 5: \"A <c@acme.example>\" is not an e-mail address."},
		{"twice", "email,first_name,last_name\na@acme.example,A,B\nA@acme.example,A,B\n", "argument 0: Line 3: e-mail A@acme.example stands on line 2 already."},
		{"every mistake", "email,first_name,last_name,locked,boss\na@acme.example,,B,maybe,x\n", "argument 0: Line 1: unknown column \"boss\": the columns are email, first_name, last_name, department, preferred_site, preferred_currency, preferred_language, locked, groups\nline 2: first_name is empty\nline 2: locked is \"maybe\": write true or false."},
	} {
		result, failed := p.Call("parse_users_csv", c.text)
		got := failed
		if failed == "" {
			got = sortedSets(result)
		}
		if got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// sortedSets writes a map of users with their groups in order.
func sortedSets(users any) string {
	for _, u := range users.(values) {
		if groups, ok := u.(values)["groups"].([]any); ok && len(groups) == 2 && fmt.Sprint(groups[0]) > fmt.Sprint(groups[1]) {
			groups[0], groups[1] = groups[1], groups[0]
		}
	}
	return fmt.Sprint(users)
}
