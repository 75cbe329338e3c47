package rights_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// compare reads the comparison, by entity.
func compare(t *testing.T, p *providertest.Provider, config values) (read values, rows []values, byEntity map[string]values) {
	t.Helper()
	read, d := p.ReadData("iam_role_template_comparison", config)
	if d.Failed() {
		t.Fatal(d)
	}
	byEntity = map[string]values{}
	list, _ := read["rows"].([]any)
	for _, item := range list {
		row := item.(values) //nolint:forcetypeassert // it is in the schema
		rows = append(rows, row)
		byEntity[row["entity"].(string)] = row["levels"].(values) //nolint:forcetypeassert // it is in the schema
	}
	return read, rows, byEntity
}

// The predefined templates compare as the source document has it, entity by
// entity, in its order.
func TestRoleTemplateComparison_matrix(t *testing.T) {
	t.Parallel()
	file, err := os.Open("../../access/testdata/templates.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	matrix, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	header, matrix := matrix[0][1:], matrix[1:]
	// What is predefined takes no request.
	p := providertest.New(t, values{"api_url": providertest.Unknown, "tenant": "acme", "client_id": "a", "client_secret": "b"})
	read, rows, _ := compare(t, p, values{})
	if fmt.Sprint(read["templates"]) != fmt.Sprint(header) {
		t.Errorf("compared are %v, want %v", read["templates"], header)
	}
	if len(rows) != len(matrix) {
		t.Fatalf("got %d rows, want %d", len(rows), len(matrix))
	}
	for i, want := range matrix {
		e, _ := access.EntityByCode(want[0])
		if got := rows[i]; got["entity"] != e.Code || got["category"] != e.Category || got["entity_label"] != e.Label {
			t.Errorf("row %d is about %v, want %v", i, got, e)
		}
		levels := rows[i]["levels"].(values) //nolint:forcetypeassert // it is in the schema
		if len(levels) != len(header) {
			t.Errorf("%s: got %v", want[0], levels)
		}
		for j, template := range header {
			if levels[template] != want[j+1] {
				t.Errorf("%s of %s is %v, want %s", want[0], template, levels[template], want[j+1])
			}
		}
	}
}

func TestRoleTemplateComparison_custom(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		p.MustApply("iam_role_template", state{}, values{"id": "clerk", "name": values{"en": "Clerk"}, "based_on": "viewer", "access": values{"media": "none", "forms": "edit", "orders": "manage"}})
		read, rows, byEntity := compare(t, p, values{"templates": []any{"viewer", "clerk"}})
		if fmt.Sprint(read["templates"]) != "[viewer clerk]" {
			t.Errorf("compared are %v", read["templates"])
		}
		for entity, want := range map[string]string{
			"orders": "map[clerk:manage viewer:read]", "tax": "map[clerk:read viewer:read]", // of the matrix
			"media": "map[clerk:none viewer:read]", "forms": "map[clerk:edit viewer:none]", // named by clerk
		} {
			if got := fmt.Sprint(byEntity[entity]); got != want {
				t.Errorf("%s: got %s, want %s", entity, got, want)
			}
		}
		if len(rows) != 33 || byEntity["carts"] != nil || byEntity["task_inbox"] != nil {
			t.Errorf("got %d rows: %v", len(rows), byEntity)
		}
		inOrder := slices.IsSortedFunc(rows, func(a, b values) int {
			at := func(v values) int {
				return slices.IndexFunc(access.Entities(), func(e access.Entity) bool { return e.Code == v["entity"] })
			}
			return at(a) - at(b)
		})
		if !inOrder {
			t.Errorf("the rows are not in the order of the catalog: %v", rows)
		}
	})
}

func TestRoleTemplateComparison_refused(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	for _, c := range []struct {
		templates []any
		want      []string
	}{
		{[]any{"viewer", "boss"}, []string{`error at AttributeName("templates").ElementKeyInt(1): Unable to read role template`, "boss", "iam_role_templates"}},
		{[]any{}, []string{`error at AttributeName("templates")`, "at least 1"}},
		{[]any{"viewer", "viewer"}, []string{`error at AttributeName("templates")`, "viewer"}},
		{[]any{""}, []string{`error at AttributeName("templates")`}},
	} {
		if _, d := p.ReadData("iam_role_template_comparison", values{"templates": c.templates}); !d.Has(c.want...) {
			t.Errorf("%v: got %v", c.templates, d)
		}
	}
	p = providertest.New(t, with(b.Config, values{"client_secret": providertest.Unknown}))
	if _, d := p.ReadData("iam_role_template_comparison", values{"templates": []any{"clerk"}}); !d.Has("Provider Configuration Unknown") {
		t.Errorf("got %v", d)
	}
}

func TestAccessCatalog(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, values{"api_url": providertest.Unknown, "tenant": "acme", "client_id": "a", "client_secret": "b"})
	read, d := p.ReadData("iam_access_catalog", values{})
	if d.Failed() {
		t.Fatal(d)
	}
	if got := fmt.Sprint(read["categories"]); got != "[Customer Management Quotes Orders Catalogs Products Pricing Settings Extensions Administration Orchestration Engine]" {
		t.Errorf("categories: got %s", got)
	}
	if got := fmt.Sprint(read["levels"]); got != "map[commerce_engine:[none read manage] orchestration_engine:[none read edit manage administrate]]" {
		t.Errorf("levels: got %s", got)
	}
	list, _ := read["entities"].([]any)
	byCode, aware := map[string]string{}, []string{}
	for i, item := range list {
		got, want := item.(values), access.Entities()[i] //nolint:forcetypeassert // it is in the schema
		if want.RestrictionAware {
			aware = append(aware, want.Code)
		}
		byCode[want.Code] = fmt.Sprint(got["category"], " ", got["product"], " ", got["levels"], " ", got["parent"], " ", got["tied_to"], " ", got["restriction_aware"])
		if got["code"] != want.Code || got["label"] != want.Label || got["restriction_aware"] != want.RestrictionAware {
			t.Errorf("entity %d: got %v, want %v", i, got, want)
		}
	}
	if got := strings.Join(aware, " "); got != "companies customers quotes orders carts" {
		t.Errorf("restriction-aware: got %s", got)
	}
	if len(byCode) != access.EntityCount {
		t.Errorf("got %d entities, want %d", len(byCode), access.EntityCount)
	}
	for code, want := range map[string]string{
		"orders":     "Orders commerce_engine [none read manage] <nil> [] true",
		"carts":      "Orders commerce_engine [none read manage] orders [] true",
		"categories": "Catalogs commerce_engine [none read manage] <nil> [] false",
		"forms":      "Orchestration Engine orchestration_engine [none read edit manage administrate] <nil> [task_inbox] false",
		"schedules":  "Orchestration Engine orchestration_engine [none read edit manage administrate] <nil> [digital_processes orchestration_center process_context] false",
	} {
		if byCode[code] != want {
			t.Errorf("%s: got %s, want %s", code, byCode[code], want)
		}
	}
	dependencies, _ := read["dependencies"].([]any)
	if len(dependencies) != len(access.Dependencies()) {
		t.Fatalf("got %d dependencies, want %d", len(dependencies), len(access.Dependencies()))
	}
	for i, want := range map[int]string{
		0: "companies [] map[customers:manage] to create contacts; read is enough to assign customers",
		1: "customers [companies coupons] map[users_and_groups:read] <nil>",
		3: "quotes [] map[companies:read products:manage] <nil>",
	} {
		d := dependencies[i].(values)
		if got := fmt.Sprint(d["entity"], " ", d["with"], " ", d["needs"], " ", d["note"]); got != want {
			t.Errorf("dependency %d: got %s, want %s", i, got, want)
		}
	}
}
