package provider_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

const (
	annaAndBen = `locals {
  people = { "anna@acme.example" = "Anna", "ben@acme.example" = "Ben" }
}

`
	asUsers = `resource "iam_user" "this" {
  for_each   = local.people
  email      = each.key
  first_name = each.value
  last_name  = "Example"
  group_ids  = ["oe-viewer"]
}
`
	asTable = `resource "iam_users_csv" "all" {
  csv            = "email,first_name,last_name,groups\n%s"
  on_destroy     = "keep"
  adopt_existing = true
}
`
	annaAndBenRows = `${join("", [for email, name in local.people : "${email},${name},Example,oe-viewer\n"])}`
)

// Users move from resources of their own into a table and back, each way in one
// apply, and are the same users all the time.
func TestAccUsersCSV_moves(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	w := providertest.NewWorkspace(t, nil)
	apply := func(text string) string {
		t.Helper()
		w.Write("main.tf", providertest.Source+b.HCL+annaAndBen+text)
		w.Apply()
		w.NoChanges()
		return usersOf(t, b.Client)
	}
	before := apply(asUsers)
	if after := apply("removed {\n  from = iam_user.this\n  lifecycle {\n    destroy = false\n  }\n}\n\n" + fmt.Sprintf(asTable, annaAndBenRows)); after != before {
		t.Errorf("into the table: users were\n%s\nand are\n%s", before, after)
	}
	if after := apply(asUsers + "\nimport {\n  for_each = local.people\n  to       = iam_user.this[each.key]\n  id       = each.key\n}\n\n" + fmt.Sprintf(asTable, "")); after != before {
		t.Errorf("back: users were\n%s\nand are\n%s", before, after)
	}
}

// A table that Terraform replaces leaves its users who they are, and names those
// who have no row any more; one that is destroyed does not.
func TestAccUsersCSV_replaced(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	w := providertest.NewWorkspace(t, nil)
	nobody := usersOf(t, b.Client)
	const table = "resource \"iam_users_csv\" \"all\" {\n  csv = \"email,first_name,last_name\\n%s\"\n}\n"
	w.Write("main.tf", providertest.Source+b.HCL+annaAndBen+fmt.Sprintf(table, `${join("", [for email, name in local.people : "${email},${name},Example\n"])}`))
	w.Apply()
	before := usersOf(t, b.Client)
	w.MustRun("taint", "iam_users_csv.all")
	w.Apply()
	w.NoChanges()
	if after := usersOf(t, b.Client); after != before {
		t.Errorf("users were\n%s\nand are\n%s", before, after)
	}
	const without = `ben@acme.example,Ben,Example\n`
	w.MustRun("taint", "iam_users_csv.all")
	w.Write("main.tf", providertest.Source+b.HCL+fmt.Sprintf(table, without))
	if out := w.MustRun("apply", "-auto-approve", "-no-color"); !strings.Contains(out, "Users Kept In The Tenant") || !strings.Contains(out, "\n  anna@acme.example\n") || usersOf(t, b.Client) != before {
		t.Errorf("users are\n%s\n%s", usersOf(t, b.Client), out)
	}
	w.Write("main.tf", providertest.Source+b.HCL+fmt.Sprintf(strings.Replace(table, "{\n", "{\n  adopt_existing = true\n", 1), `anna@acme.example,Anna,Example\n`+without))
	w.Apply()
	w.MustRun("destroy", "-auto-approve", "-no-color")
	if after := usersOf(t, b.Client); after != nobody {
		t.Errorf("after the destruction users are\n%s", after)
	}
}

// The same with create_before_destroy. If the new table could not be created
// completely, Terraform keeps both, and wants to destroy the old one in every
// plan: that is refused, and there is a way on.
func TestAccUsersCSV_createBeforeDestroy(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	b := providertest.Remote(t, servertest.Options{NoFaults: true, NoContract: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if broken.Load() && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/users") {
				body, _ := io.ReadAll(r.Body)
				r.Body = io.NopCloser(bytes.NewReader(body))
				if bytes.Contains(body, []byte("dora@")) {
					w.WriteHeader(http.StatusBadRequest)
					return
				}
			}
			next.ServeHTTP(w, r)
		})
	}})
	w := providertest.NewWorkspace(t, nil)
	write := func(rows, more string) {
		w.Write("main.tf", providertest.Source+b.HCL+"resource \"iam_users_csv\" \"all\" {\n  csv = \"email,first_name,last_name\\n"+rows+"\"\n  adopt_existing = true\n"+
			"  lifecycle {\n    create_before_destroy = true\n  }\n}\n"+more)
	}
	const rows = `anna@acme.example,Anna,Example\nben@acme.example,Ben,Example\n`
	write(rows, "")
	w.Apply()
	before := usersOf(t, b.Client)
	w.MustRun("taint", "iam_users_csv.all")
	w.Apply()
	w.NoChanges()
	if after := usersOf(t, b.Client); after != before {
		t.Errorf("users were\n%s\nand are\n%s", before, after)
	}

	w.MustRun("taint", "iam_users_csv.all")
	const more = rows + `dora@acme.example,Dora,Example\nemil@acme.example,Emil,Example\n`
	write(more, "")
	broken.Store(true)
	if out, code := w.Run("apply", "-auto-approve", "-no-color"); code == 0 || !strings.Contains(out, "dora@acme.example") {
		t.Fatal(out)
	}
	broken.Store(false)
	if out, code := w.Run("plan", "-no-color"); code == 0 || !strings.Contains(strings.Join(strings.Fields(out), " "), "terraform state rm and import") {
		t.Fatal(out)
	}
	w.MustRun("state", "rm", "iam_users_csv.all")
	write(more, "import {\n  to = iam_users_csv.all\n  id = \"anna@acme.example,ben@acme.example,emil@acme.example\"\n}\n")
	w.Apply()
	w.NoChanges()
	if after := usersOf(t, b.Client); !strings.HasPrefix(after, strings.TrimSuffix(before, "]")) || !strings.Contains(after, "dora@") {
		t.Errorf("users were\n%s\nand are\n%s", before, after)
	}
}

// A whole tenant is imported into one table. The text is sensitive, so the CLI does
// not generate it, but shows it as JSON.
func TestAccUsersCSV_importAll(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	w := providertest.NewWorkspace(t, nil)
	w.Write("main.tf", providertest.Source+b.HCL+annaAndBen+asUsers)
	w.Apply()
	before := usersOf(t, b.Client)
	w = providertest.NewWorkspace(t, nil)
	// Terraform 1.16 finds the provider of an import block without its resource by
	// this argument only. No version takes it beside the resource.
	w.Write("main.tf", providertest.Source+b.HCL+"import {\n  to = iam_users_csv.all\n  id = \"*\"\n  provider = iam\n}\n")
	if out, code := w.Run("plan", "-generate-config-out=generated.tf", "-no-color"); code == 0 || !strings.Contains(out, "Must set a configuration value for the csv attribute") {
		t.Errorf("the text is generated:\n%s", out)
	}
	w.Write("generated.tf", "")
	w.Write("main.tf", providertest.Source+b.HCL+"resource \"iam_users_csv\" \"all\" {\n  csv = file(\"users.csv\")\n}\n")
	w.Write("users.csv", "email,first_name,last_name\n")
	w.MustRun("import", "-no-color", "iam_users_csv.all", "*")
	w.Write("users.csv", shownText(t, w))
	w.NoChanges()
	if after := usersOf(t, b.Client); after != before {
		t.Errorf("users were\n%s\nand are\n%s", before, after)
	}
}

// Of a long table, the plan prints the rows that change, and the text nowhere. A state
// that an earlier build wrote, without rows and without the sensitive mark, plans the
// same.
func TestAccUsersCSV_changedRows(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	w := providertest.NewWorkspace(t, nil)
	w.Write("main.tf", providertest.Source+b.HCL+"resource \"iam_users_csv\" \"all\" {\n  csv = file(\"users.csv\")\n}\n")
	rows := []string{"email,first_name,last_name,department"}
	for n := range 200 {
		rows = append(rows, fmt.Sprintf("user%03d@acme.example,First,No %03d,Sales", n, n))
	}
	plan := func(rows []string, args ...string) string {
		t.Helper()
		w.Write("users.csv", strings.Join(rows, "\n")+"\n")
		_, out, _ := strings.Cut(w.MustRun(append([]string{"plan", "-no-color"}, args...)...), "published\nreleases.\n")
		return out
	}
	stays := func(args ...string) {
		t.Helper()
		if out := plan(rows, args...); !strings.Contains(out, "No changes. Your infrastructure matches the configuration.") || strings.Contains(out, "@") {
			t.Errorf("the plan with %v prints\n%s", args, out)
		}
	}
	changes := func(rows []string, shows ...string) {
		t.Helper()
		out := plan(rows)
		if lines := strings.Count(out, "\n"); lines > 40 || strings.Count(out, "@") != 1 {
			t.Errorf("the plan prints %d lines:\n%s", lines, out)
		}
		for _, text := range append(shows, "csv = (sensitive value)") {
			if !strings.Contains(flat(out), text) {
				t.Errorf("the plan does not print %q:\n%s", text, out)
			}
		}
	}
	plan(rows)
	w.Apply()
	added := slices.Insert(slices.Clone(rows), 100, "zoe@acme.example,Zoe,Zed,Support")
	changed := slices.Clone(rows)
	changed[50] = strings.Replace(changed[50], "Sales", "Support", 1)
	stays()
	stays("-refresh=false")
	changes(added, `+ "zoe@acme.example" = {`, `+ department = "Support"`)
	changes(changed, `~ "user049@acme.example" = {`, `~ department = "Sales" -> "Support"`)
	changes(rows[:200], `- "user199@acme.example" = {`, `- department = "Sales"`)

	w.Write("terraform.tfstate", withoutRows(t, contents(t, filepath.Join(w.Dir, "terraform.tfstate"))))
	stays()
	changes(added, `+ "zoe@acme.example" = {`)

	users, err := b.Client.Users(t.Context())
	i := slices.IndexFunc(users, func(u api.User) bool { return u.ContactEmail == "user007@acme.example" })
	if err != nil || i < 0 {
		t.Fatalf("user007 is at %d, %v", i, err)
	}
	err = b.Client.UpdateUser(t.Context(), users[i].ID, api.UserUpdate{
		FirstName: "Ann", LastName: users[i].LastName, Department: users[i].Department, PreferredSite: users[i].PreferredSite, PreferredCurrency: users[i].PreferredCurrency,
		PreferredLanguage: users[i].PreferredLanguage, BackofficeUserNumber: users[i].BackofficeUserNumber, GroupIDs: users[i].GroupIDs,
	})
	if err != nil {
		t.Fatal(err)
	}
	changes(rows, `~ "user007@acme.example" = {`, `~ first_name = "Ann" -> "First"`)
}

// withoutRows returns a state as it was written before iam_users_csv had rows and its
// text was sensitive.
func withoutRows(t *testing.T, text string) string {
	t.Helper()
	var state map[string]any
	if err := json.Unmarshal([]byte(text), &state); err != nil {
		t.Fatal(err)
	}
	resource := state["resources"].([]any)[0].(map[string]any)["instances"].([]any)[0].(map[string]any)
	delete(resource["attributes"].(map[string]any), "rows")
	resource["sensitive_attributes"] = []any{}
	earlier, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	return string(earlier)
}

// shownText returns the text of the only table in the state, as the CLI shows it in JSON.
func shownText(t *testing.T, w *providertest.Workspace) string {
	t.Helper()
	var state struct {
		Values struct {
			RootModule struct {
				Resources []struct {
					Values struct {
						CSV string `json:"csv"`
					} `json:"values"`
				} `json:"resources"`
			} `json:"root_module"`
		} `json:"values"`
	}
	out, err := w.Command("show", "-json").Output()
	if err == nil {
		err = json.Unmarshal(out, &state)
	}
	if err != nil || len(state.Values.RootModule.Resources) != 1 {
		t.Fatalf("%v:\n%s", err, out)
	}
	return state.Values.RootModule.Resources[0].Values.CSV
}

func usersOf(t *testing.T, c *client.Client) string {
	t.Helper()
	users, err := c.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(users)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
