package access

import (
	"maps"
	"slices"
	"testing"
)

// The roles of the Orchestration Engine are one level on all of its entities, as the
// predefined groups grant them.
func TestTemplates_engine(t *testing.T) {
	t.Parallel()
	groups := map[string]PredefinedGroup{}
	for _, g := range PredefinedGroups() {
		groups[g.ID] = g
	}
	for id, c := range map[string]struct {
		level Level
		group string
	}{"oe_viewer": {Read, "oe-viewer"}, "oe_editor": {Edit, "oe-editor"}, "oe_manager": {Manage, "oe-manager"}, "oe_admin": {Administrate, "oe-admin"}} {
		template, ok := TemplateByID(id)
		if !ok || template.Kind != StandardRole {
			t.Fatalf("%s: got %+v, %t", id, template, ok)
		}
		want := map[string]Level{}
		for _, e := range Entities() {
			if e.Product == OrchestrationEngine {
				want[e.Code] = c.level
			}
		}
		if got := Expand(template.Access, nil); !maps.Equal(got.Map(), want) {
			t.Errorf("%s: got %v", id, got.Map())
		}
		if got := (Rights{}).TemplateAccess(id); got != (Rights{}).Access(Group{Controls: groups[c.group].Controls}) {
			t.Errorf("%s and the group %s differ: %v", id, c.group, got.Map())
		}
		// A level for one of tied entities is one for all of them.
		if got := Expand(template.Access, map[string]Level{"digital_processes": None}); got.Of("schedules") != None || got.Of("forms") != c.level {
			t.Errorf("%s without digital processes: got %v", id, got.Map())
		}
	}
}

func TestProducts(t *testing.T) {
	t.Parallel()
	rights := Rights{Controls: map[string]OwnControl{
		"order":  {Scopes: []string{"order.order_read"}},
		"form":   {Scopes: []string{"oe.forms_read", "custom.x"}},
		"make":   {Scopes: []string{"integromat.member"}},
		"custom": {Scopes: []string{"custom.x", "ai.agent_read"}},
	}}
	ce, oe := []Product{CommerceEngine}, []Product{OrchestrationEngine}
	for name, c := range map[string]struct {
		group Group
		want  []Product
	}{
		"nothing":                       {Group{}, nil},
		"levels of commerce":            {Group{Controls: ControlIDs(FromMap(map[string]Level{"orders": Read}))}, ce},
		"a part of a level":             {Group{Controls: []string{"order"}}, ce},
		"a part of an engine's level":   {Group{Controls: []string{"form"}}, oe},
		"levels of the engine":          {Group{Controls: []string{"oe-task-inbox-viewer"}}, oe},
		"a role in Make":                {Group{Controls: []string{"make"}}, oe},
		"a role in Make in vain":        {Group{Controls: []string{"make", "order"}}, ce},
		"both":                          {Group{Controls: []string{"form", "order"}}, []Product{CommerceEngine, OrchestrationEngine}},
		"scopes of no entity":           {Group{Controls: []string{"custom"}}, nil},
		"a vendor's group":              {Group{VendorID: "v", Controls: []string{controlID("4", "223")}}, ce},
		"a template of commerce":        {Group{Templates: []string{"viewer"}}, ce},
		"a template of the engine":      {Group{Templates: []string{"oe_admin"}}, oe},
		"a control that does not exist": {Group{Controls: []string{"gone"}}, nil},
	} {
		if got := rights.Products(c.group); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
	for _, template := range Templates() {
		if got := template.Access.Products(); len(got) != 1 {
			t.Errorf("%s grants levels of %v", template.ID, got)
		}
	}
	if got := FromMap(map[string]Level{"orders": Read, "forms": Edit}).Products(); len(got) != 2 {
		t.Errorf("of both got %v", got)
	}
	if got := (Access{}).Products(); got != nil {
		t.Errorf("of none got %v", got)
	}
}

func TestControlProduct(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]Product{
		controlID("1", "143"): CommerceEngine, controlID("4", "224"): CommerceEngine, "oe-task-inbox-viewer": OrchestrationEngine,
		"make-member": OrchestrationEngine, controlID("1", "233"): "", "gone": "",
	} {
		got, ok := ControlProduct(id)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%s: got %q, %t; want %q", id, got, ok, want)
		}
	}
	if CommerceEngine.Label() != "Commerce Engine" || OrchestrationEngine.Label() != "Orchestration Engine" {
		t.Error("the products are not named")
	}
}

func TestIdleMakeRoles(t *testing.T) {
	t.Parallel()
	rights := Rights{Controls: ownControls, Templates: map[string][]string{"raw": {makeMemberControl}}}
	for name, c := range map[string]struct {
		group Group
		want  []string
	}{
		"a group of the engine":      {Group{Controls: []string{"ours", "oe-make-team-viewer"}}, nil},
		"a group of the other":       {Group{Controls: []string{"ours", makeOwnerControl, controlID("1", "143")}}, []string{MakeScenarioEditor, MakeOwner}},
		"a group without roles":      {Group{Controls: []string{controlID("1", "143")}}, nil},
		"a role of a role template":  {Group{Templates: []string{"raw"}}, []string{MakeMember}},
		"a group of nothing but one": {Group{Controls: []string{"ours"}}, nil},
	} {
		if got := rights.IdleMakeRoles(c.group); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
	// In vain, they are scopes of a token, and the report lists them.
	user := User{Rights: rights, Groups: []Group{{ID: "g", Controls: []string{"ours", controlID("1", "143")}}}}
	rows := user.Subject().Report()
	if last := rows[len(rows)-1]; !slices.Equal(last.Scopes, []string{"custom.x", "integromat.scenario_edit"}) {
		t.Errorf("got %+v", rows)
	}
}
