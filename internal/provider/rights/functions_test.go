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
		{"an unknown template", "expand_template", []any{"boss", values{"sky": "read"}}, `argument 0: unknown role template "boss": use one of viewer, manager, admin, catalog_manager, pricing_manager, order_fulfillment_manager`},
		{"unknown overrides", "expand_template", []any{"viewer", values{"order": "read", "tax": "edit"}}, "argument 1: 2 mistakes:\nunknown entity \"order\": did you mean orders?\ntax has no level \"edit\": use one of none, read, manage"},
		{"an override without a level", "expand_template", []any{"viewer", values{"orders": nil}}, `argument 1: orders has no level: write "none" to take access away, or leave the entity out`},
		{"the highest level", "merge_access", []any{[]any{values{"orders": "read", "tax": "none"}, values{"orders": "manage"}, values{}}}, "map[orders:manage]"},
		{"null to merge", "merge_access", []any{[]any{values{"orders": "read"}, nil}}, `argument 0: accesses[1] is null: write {} for no access, or leave it out`},
		{"mistakes of several to merge", "merge_access", []any{[]any{values{"order": "read", "tax": "edit"}, nil, values{"tax": nil}}}, "argument 0: 4 mistakes:\naccesses[0]: unknown entity \"order\": did you mean orders?\naccesses[0]: tax has no level \"edit\": use one of none, read, manage\naccesses[1] is null: write {} for no access, or leave it out\naccesses[2]: tax has no level: write \"none\" to take access away, or leave the entity out"},
		{"a misspelled entity at the end", "merge_access", []any{[]any{values{"order": "read"}}}, `argument 0: accesses[0]: unknown entity "order": did you mean orders? The data source iam_access_catalog lists every entity`},
		{"nothing to merge", "merge_access", []any{[]any{}}, "map[]"},
		{"an unknown level to merge", "merge_access", []any{[]any{values{}, values{"orders": "write"}}}, `argument 0: accesses[1]: orders has no level "write": use one of none, read, manage`},
		{"no level to merge", "merge_access", []any{[]any{values{"orders": nil}}}, `argument 0: accesses[0]: orders has no level: write "none" to take access away, or leave the entity out`},
		{"a dependency", "missing_dependencies", []any{values{"returns": "manage", "orders": "manage"}}, `map[returns:manage on returns also needs read on customers and products: add customers = "read", products = "read"]`},
		{"no dependency", "missing_dependencies", []any{nil}, "map[]"},
		{"an unknown entity", "missing_dependencies", []any{values{"sky": "read"}}, `argument 0: unknown entity "sky"`},
		{"no level to depend", "missing_dependencies", []any{values{"tax": nil}}, "argument 0: tax has no level"},
		{"every kind of change", "compare_access", []any{
			values{"tax": "read", "orders": "manage", "units": "read", "quotes": "manage"},
			values{"orders": "read", "units": "manage", "forms": "edit", "quotes": "manage", "tax": "none"},
		}, "map[gained:map[forms:edit] lost:map[tax:read] lowered:map[orders:read] raised:map[units:manage]]"},
		{"nothing to compare", "compare_access", []any{nil, values{}}, "map[gained:map[] lost:map[] lowered:map[] raised:map[]]"},
		{"a mistake before", "compare_access", []any{values{"tax": "all"}, values{"tax": "all"}}, `argument 0: tax has no level "all"`},
		{"a mistake after", "compare_access", []any{values{"tax": "read"}, values{"tax": nil}}, "argument 1: tax has no level"},
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
