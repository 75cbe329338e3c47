package cli_test

import (
	"net/http"
	"reflect"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/export"
	"github.com/access-config/terraform-provider-iam/internal/provider"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// An object on its own is what the export of the whole tenant has, which the CLI imports
// without changes: TestExport_wholeTenant. Its text is HCL that says the same.
func TestObject_isThatOfTheExport(t *testing.T) {
	t.Parallel()
	for name, synced := range map[string]bool{"free restrictions": false, "restrictions of sites": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := servertest.New(t, servertest.Options{NoFaults: true}).Client
			grownTenant(t, c, 12, 15, synced)
			ok := must(t)
			ok(nil, c.PutTeamProduct(t.Context(), "chat", api.TeamProductUpdate{Label: "Chat"}))
			ok(nil, c.CreateSetting(t.Context(), api.Setting{Key: api.SettingEmailDomains, Value: []byte(`["acme.example","other.example"]`)}))
			types := provider.ListedTypes(t.Context())
			all, lacking, err := provider.Inventory(t.Context(), c, types)
			if err != nil || len(lacking) > 0 {
				t.Fatal(err, lacking)
			}
			seen := map[string]bool{}
			for _, want := range all {
				seen[want.Type] = true
				got, err := provider.Object(t.Context(), c, want.Type, want.ImportID)
				if err != nil {
					t.Errorf("%s %s: %v", want.Type, want.ImportID, err)
					continue
				}
				if !reflect.DeepEqual(got.Arguments, want.Arguments) {
					t.Errorf("%s %s: got %#v, want %#v", want.Type, want.ImportID, got.Arguments, want.Arguments)
				}
				resource, imports := export.One(got)
				checkBlock(t, resource, got)
				if len(hclBlocks(t, imports)) != 1 {
					t.Errorf("the import of %s is %s", want.ImportID, imports)
				}
			}
			for _, name := range types {
				if !seen[name] {
					t.Errorf("the tenant has no %s", name)
				}
			}
		})
	}
}

func hclBlocks(t *testing.T, text string) []*hclsyntax.Block {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(text), "x.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%v in %s", diags, text)
	}
	return file.Body.(*hclsyntax.Body).Blocks
}

// checkBlock evaluates a block without any other: it refers to nothing, and its texts are
// those of the object.
func checkBlock(t *testing.T, text string, o export.Object) {
	t.Helper()
	blocks := hclBlocks(t, text)
	if len(blocks) != 1 || len(blocks[0].Body.Attributes) != len(o.Arguments) {
		t.Fatalf("got %s", text)
	}
	for name, a := range blocks[0].Body.Attributes {
		value, diags := a.Expr.Value(nil)
		if diags.HasErrors() {
			t.Errorf("%s: %v", name, diags)
			continue
		}
		if want, ok := o.Arguments[name].(string); ok && value.AsString() != want {
			t.Errorf("%s: got %q, want %q", name, value.AsString(), want)
		}
	}
}

// One object does not cost more requests in a large tenant.
func TestObject_requests(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	b := servertest.New(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			next.ServeHTTP(w, r)
		})
	}})
	grownTenant(t, b.Client, 120, 20, false)
	users, err := b.Client.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for kind, id := range map[string]string{"iam_user": users[60].ID, "iam_user_groups": users[60].ID, "iam_group": "g1", "iam_group_members": "g1"} {
		requests.Store(0)
		if _, err := provider.Object(t.Context(), b.Client, kind, id); err != nil {
			t.Fatal(err)
		}
		if got := requests.Load(); got > 6 {
			t.Errorf("%s: %d requests", kind, got)
		}
	}
}

// The console shows a page that says so, and asks people to sign in again.
func TestObject_cause(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{NoFaults: true})
	for _, kind := range []string{"iam_user", "iam_user_groups", "iam_group", "iam_group_members", "iam_scope", "iam_access_control", "iam_role_template", "iam_restriction", "iam_site", "iam_vendor", "iam_team_member", "iam_product", "iam_make_organization"} {
		if _, err := provider.Object(t.Context(), b.Client, kind, "none"); !client.IsNotFound(err) {
			t.Errorf("%s: got %v", kind, err)
		}
	}
	none := 0
	c, err := client.New(client.Options{BaseURL: b.URL, Tenant: b.Client.Tenant(), AccessToken: "wrong", MaxRetries: &none})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"iam_user", "iam_group"} {
		if _, err := provider.Object(t.Context(), c, kind, "none"); !client.IsUnauthorized(err) {
			t.Errorf("%s: got %v", kind, err)
		}
	}
}

// What does not exist is an error that says so, never an empty block.
func TestObject_missing(t *testing.T) {
	t.Parallel()
	c := servertest.New(t, servertest.Options{NoFaults: true}).Client
	for _, kind := range append(provider.ListedTypes(t.Context()), "iam_users_csv", "iam_nothing") {
		if o, err := provider.Object(t.Context(), c, kind, "none"); err == nil {
			t.Errorf("%s: got %+v", kind, o)
		}
	}
}
