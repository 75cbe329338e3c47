package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/server/embedded"
)

const seedText = `
resource "iam_restriction" "de" {
  value = "DE"
}

resource "iam_user" "anna" {
  email      = "anna@acme.example"
  first_name = "Anna"
  last_name  = "Example"
}

resource "iam_group" "orders" {
  id            = "orders"
  name          = { en = "Orders" }
  role_template = "viewer"
  access        = { orders = "manage" }
  restrictions  = [iam_restriction.de.value]
}

resource "iam_group_members" "orders" {
  group_id = iam_group.orders.id
  members  = { (iam_user.anna.email) = iam_user.anna.id }
}
`

// seedIn writes a seed and returns its folder.
func seedIn(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A seed has the people of a tenant whose domains have changed since it invited them.
func TestEmbedded_seedOutsideCompanyDomains(t *testing.T) {
	t.Parallel()
	dir := seedIn(t, seedText+`
resource "iam_company_domains" "this" {
  domains = ["other.example"]
}

resource "iam_users_csv" "more" {
  csv = "email,first_name,last_name\nbea@acme.example,Bea,Bear\n"
}
`)
	p := providertest.New(t, providertest.Values{"tenant": "acme", "embedded": providertest.Values{"path": filepath.Join(t.TempDir(), "iam.db"), "seed": dir}})
	for typeName, id := range map[string]string{"iam_company_domains": "acme", "iam_user": "anna@acme.example", "iam_users_csv": "bea@acme.example"} {
		if made, d := p.Import(typeName, id); d.Failed() || made.Values == nil {
			t.Errorf("%s: %v", typeName, d)
		}
	}
}

// A new embedded backend starts with its seed, and goes on as it is.
func TestEmbedded_seed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "iam.db")
	dir := seedIn(t, seedText)
	configure := func() *providertest.Provider {
		t.Helper()
		return providertest.New(t, providertest.Values{"tenant": "acme", "embedded": providertest.Values{"path": path, "seed": dir}})
	}
	p := configure()
	members, d := p.Import("iam_group_members", "orders")
	if d.Failed() {
		t.Fatal(d)
	}
	if all, _ := members.Values["members"].(providertest.Values); len(all) != 1 || all["anna@acme.example"] == nil {
		t.Errorf("got %v", members.Values)
	}
	p.MustApply("iam_group_members", members, nil)
	p.MustApply("iam_restriction", providertest.State{}, providertest.Values{"value": "FR"})
	p = configure()
	if members, d = p.Import("iam_group_members", "orders"); d.Failed() {
		t.Error(d)
	} else if all, _ := members.Values["members"].(providertest.Values); len(all) > 0 {
		t.Errorf("the members came back: %v", all)
	}
	if _, d := p.Import("iam_restriction", "FR"); d.Failed() {
		t.Error(d)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) > 3 { // the database and what SQLite has beside it
		t.Errorf("got %v, %v", entries, err)
	}
}

// A seed that the provider refuses makes no database, and the error says where.
func TestSeed_refused(t *testing.T) {
	t.Parallel()
	for add, want := range map[string]string{
		`resource "iam_robot" "r" {}`: `:1: the provider has no resource iam_robot`,
		`resource "iam_user" "b" {
  email = "b@acme.example"
  first_name = "B"
}`: `:1: iam_user.b lacks the argument last_name`,
		`resource "iam_site" "s" {
  code = "s"
  colour = "red"
}`: `:3: iam_site.s has no argument colour`,
		`resource "iam_user" "b" {
  id = "b"
  email = "b@acme.example"
  first_name = "B"
  last_name = "B"
}`: `:2: a seed cannot set id of iam_user.b`,
		`resource "iam_restriction" "b" {
  value = ["b"]
}`: `:2: value: string required`,
		`resource "iam_group" "b" {
  name = { en = "B" }
  access = { ordres = "manage" }
}`: `:3: iam_group.b: `,
		`resource "iam_group" "b" {
  name = { en = "B" }
  restrictions = ["XX"]
}`: `:3: iam_group.b: `,
		`resource "iam_group_membership" "b" {
  group_id = iam_group.c.name
  user_id = "nobody"
}
resource "iam_group" "c" {
  name = { en = "C" }
}`: `:2: group_id: string required`,
		`resource "iam_group_membership" "b" {
  group_id = iam_group.c.ident
  user_id = "nobody"
}
resource "iam_group" "c" {
  name = { en = "C" }
}`: `:2: Unsupported attribute: `,
		`resource "iam_make_organization" "m" {
  organization_id = "1"
  api_url = "https://make.example"
  api_key_wo = "secret"
}`: `:4: a seed cannot contain secrets: leave api_key_wo out`,
		`resource "iam_vendor" "v" {
  name = "V"
  contacts = [{ email = "v@acme.example", fist_name = "V" }]
}`: `:3: contacts has no member fist_name`,
	} {
		file := filepath.Join(t.TempDir(), "iam.db")
		dir := seedIn(t, add+seedText)
		err := provider.Seed(t.Context(), dir, embedded.Options{Path: file, Tenant: "acme"})
		if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "main.tf")+want) {
			t.Errorf("%s\ngot %v\nwant %s", add, err, want)
		}
		if entries, err := os.ReadDir(filepath.Dir(file)); err != nil || len(entries) > 0 {
			t.Errorf("%s\nleft %v, %v", add, entries, err)
		}
	}
}

// The provider's error names the argument.
func TestEmbedded_seedRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "iam.db")
	p := providertest.Start(t, nil)
	d := p.Configure(providertest.Values{"tenant": "acme", "embedded": providertest.Values{"path": path, "seed": seedIn(t, "locals {}")}})
	if !d.Has(`error at AttributeName("embedded").AttributeName("seed")`, "Unable to create embedded backend", "main.tf:1: a seed can contain only resource blocks") {
		t.Errorf("got %v", d)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a database was created")
	}
}

// The Owner of the team is adopted as the Owner: the role counts after that.
func TestSeed_owner(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "iam.db")
	dir := seedIn(t, `
resource "iam_team_member" "boss" {
  email = "boss@acme.example"
  role  = "admin"
}

resource "iam_team_owner" "this" {
  member_id = iam_team_member.boss.id
}
`)
	if err := provider.Seed(t.Context(), dir, embedded.Options{Path: file, Tenant: "acme", Owner: "boss@acme.example"}); err != nil {
		t.Fatal(err)
	}
	err := provider.Seed(t.Context(), dir, embedded.Options{Path: file + "2", Tenant: "acme"})
	if want := regexp.MustCompile(`main.tf:8: iam_team_owner.this: .*invitation`); err == nil || !want.MatchString(err.Error()) {
		t.Errorf("got %v", err)
	}
}
