package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestFindings(t *testing.T) {
	t.Parallel()
	state := State{
		Groups: []Group{
			groupWith("viewer", map[string]Level{"quotes": Read, "tax": Read}),
			groupWith("quotes-de", map[string]Level{"quotes": Manage, "tax": Manage}, "DE"),
			groupWith("quotes-fr", map[string]Level{"quotes": Read}, "FR"),
			groupWith("products", map[string]Level{"products": Manage}),
			groupWith("empty", map[string]Level{"tax": Read}),
			{ID: "admins", Templates: []string{"admin"}},
			{ID: "oe-viewer"},
			{ID: OwnerGroupID},
		},
		Users: []StateUser{
			{ID: "3", Email: "carl@acme.example", Locked: true, GroupIDs: []string{"viewer", "products"}},
			{ID: "1", Email: "Anna@acme.example", GroupIDs: []string{"viewer", "quotes-de"}},
			{ID: "2", Email: "berta@acme.example", GroupIDs: []string{"viewer", "quotes-fr"}},
			{ID: "4", Email: "dora@acme.example", GroupIDs: []string{"quotes-de", "quotes-fr", "products"}},
			{ID: "5", Email: "emil@acme.example", Locked: true},
			{ID: "6", Email: "finn@acme.example", GroupIDs: []string{"admins"}},
			{ID: "7", Email: "gina@acme.example", GroupIDs: []string{"admins"}, Locked: true},
		},
	}
	needs := ` also needs read on product_templates, suppliers, categories, price_models, price_lists`
	fixes := ` add product_templates = "read", suppliers = "read", categories = "read", price_models = "read", price_lists = "read"`
	want := []string{
		"1 Anna@acme.example quotes [quotes-de viewer] unrestricted_by_accident: Group viewer gives read on quotes without the restriction of group quotes-de, so the restriction limits only what is above read.",
		`1 Anna@acme.example quotes [quotes-de] unmet_dependencies: Manage on quotes also needs read on companies, and manage on products: add companies = "read", products = "manage".`,
		"2 berta@acme.example quotes [quotes-fr viewer] unrestricted_by_accident: Group viewer gives read on quotes without the restriction of group quotes-fr, so the restriction has no effect.",
		"3 carl@acme.example  [products viewer] locked_with_groups: The user is locked and still in products and viewer: unlocking the user restores all access.",
		`4 dora@acme.example quotes [quotes-de] unmet_dependencies: Manage on quotes also needs read on companies: add companies = "read".`,
		"4 dora@acme.example products [products] unmet_dependencies: Manage on products" + strings.Replace(needs, ", price_lists", " and price_lists", 1) + ":" + fixes + ".",
		"7 gina@acme.example  [admins] locked_with_groups: The user is locked and still in admins: unlocking the user restores all access.",
		"  [empty] group_without_members: The group has no members, so it grants no one anything.",
		"  products [products] unmet_dependencies: Manage on products" + needs + " and tax:" + fixes + `, tax = "read".`,
		`  quotes [quotes-de] unmet_dependencies: Manage on quotes also needs read on companies, and manage on products: add companies = "read", products = "manage".`,
	}
	var got []string
	for _, f := range Findings(state) {
		line := fmt.Sprintf("%s %s %s %v %s: %s", f.UserID, f.Email, f.Entity, f.Groups, f.Kind, f.Text)
		got = append(got, strings.Replace(line, "   [", "  [", 1))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if admins := Admins(state); len(admins) != 1 || admins[0].ID != "6" {
		t.Errorf("admins: got %+v, want finn alone: gina is locked", admins)
	}
}

// Rule 12: each line has the person, with groups, role templates, team role, products
// and roles in Make; a user without access has one line.
func TestWriteReportCSV(t *testing.T) {
	t.Parallel()
	quotes := groupWith("q", map[string]Level{"quotes": Read, "tax": Manage}, "FR", "DE")
	state := State{
		Groups: []Group{groupWith("t", map[string]Level{"tax": Read}), quotes, {ID: "e", Controls: []string{"make-scenario-editor"}}, {ID: "n", Templates: []string{"b-own", "a-own"}}, {ID: "m", Templates: []string{"a-own"}}},
		Users: []StateUser{
			{ID: "2", Email: "b@acme.example", Name: "=1+1", GroupIDs: []string{"t", "q", "e"}, Department: "Sales", Team: &TeamMember{Role: RoleMember, Assigned: map[string]Assignment{
				"bot_runner": {Permissions: []string{"unattended"}}, "orchestrator": {Role: "analyst"}, "studio_pro": {},
			}}},
			{ID: "3", Email: "c@acme.example", Name: "Nobody", Locked: true, GroupIDs: []string{"q"}, Team: &TeamMember{Role: RoleAdmin}},
			{ID: "4", Email: "d@acme.example", Outside: true, Team: &TeamMember{Role: RoleMember}},
			{ID: "1", Email: "a@acme.example", Name: `Ann "A", B`, GroupIDs: []string{"t", "n", "m"}},
		},
		Products: []TeamProduct{{ID: "hub", Roles: []string{"editor"}}},
	}
	want := "email,user_id,name,department,locked,groups,roles,team_role,products,make_roles,category,entity,entity_label,level,restrictions,restriction_aware,granted_by,source,vendor_id,scopes\r\n" +
		"a@acme.example,1,\"Ann \"\"A\"\", B\",,false,m n t,a-own b-own,,,,Settings,tax,Tax,read,,false,t,access,,\r\n" +
		"b@acme.example,2,'=1+1,Sales,false,e q t,,member,studio_pro bot_runner:unattended orchestrator:analyst,integromat.scenario_edit,Quotes,quotes,Quotes,read,DE FR,true,q,access,,\r\n" +
		"b@acme.example,2,'=1+1,Sales,false,e q t,,member,studio_pro bot_runner:unattended orchestrator:analyst,integromat.scenario_edit,Settings,tax,Tax,manage,,false,q,access,,\r\n" +
		"c@acme.example,3,Nobody,,true,q,,admin,studio_pro bot_runner:unattended orchestrator:admin hub:editor,,,,,,,,,,,\r\n"
	var text strings.Builder
	if err := WriteReportCSV(&text, state); err != nil || text.String() != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, text.String(), want)
	}
	if err := WriteReportCSV(fullDisk{}, state); !errors.Is(err, errFull) {
		t.Errorf("got %v, want the writer's error", err)
	}
	for range Reports(state) {
		break // stopping early is allowed
	}
}

var errFull = errors.New("full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

// Only groups that grant the entity are part of the finding, and each entity is
// checked.
func TestFindings_accidents(t *testing.T) {
	t.Parallel()
	state := State{
		Groups: []Group{
			groupWith("de", map[string]Level{"companies": Read, "orders": Manage, "quotes": Manage}, "DE"),
			groupWith("more", map[string]Level{"tax": Manage}),
			groupWith("open", map[string]Level{"orders": Manage, "quotes": Read}),
		},
		Users: []StateUser{{ID: "1", Email: "anna@acme.example", GroupIDs: []string{"open", "more", "de"}}},
	}
	want := []string{
		"carts [de open]: Group open gives manage on carts without the restriction of group de, so the restriction has no effect.",
		"orders [de open]: Group open gives manage on orders without the restriction of group de, so the restriction has no effect.",
		"quotes [de open]: Group open gives read on quotes without the restriction of group de, so the restriction limits only what is above read.",
	}
	var got []string
	for _, f := range Findings(state) {
		if f.Kind == UnrestrictedByAccident {
			got = append(got, fmt.Sprintf("%s %v: %s", f.Entity, f.Groups, f.Text))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
