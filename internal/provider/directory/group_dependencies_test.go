package directory_test

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// A plan reports newly unmet dependencies once, with the fix, and shows them as long as
// they are unmet.
func TestGroupResource_unmetDependencies(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	group := func(access values) values {
		return values{"id": "stock", "name": values{"en": "Stock"}, "access": access}
	}
	returns := group(values{"returns": "manage"})
	const text = "manage on returns also needs read on customers, orders and products: add customers = \"read\", orders = \"read\", products = \"read\""

	planned, _, d := p.Plan("iam_group", state{}, with(returns, values{"id": nil}))
	if !d.Has("warning at AttributeName(\"access\")", "Unmet Dependencies", "M"+text[1:]+".") || len(d) != 1 {
		t.Errorf("creating: %v", d)
	}
	if unmet, _ := planned.Values["unmet_dependencies"].(values); len(unmet) != 1 || unmet["returns"] != text {
		t.Errorf("planned %v", planned.Values["unmet_dependencies"])
	}
	made := p.MustApply("iam_group", state{}, returns)
	noChange(t, p, "iam_group", made, returns)

	renamed := with(returns, values{"name": values{"en": "Returns"}})
	if _, _, d := p.Plan("iam_group", made, renamed); len(d) != 0 {
		t.Errorf("a change of the name warns: %v", d)
	}
	if _, _, d := p.Plan("iam_group", made, group(values{"returns": "manage", "customers": "read"})); !d.Has("Unmet Dependencies", "read on orders and products:") {
		t.Errorf("another need is open: %v", d)
	}
	if _, _, d := p.Plan("iam_group", made, group(values{"returns": "read"})); len(d) != 0 {
		t.Errorf("nothing is open: %v", d)
	}
	whole := p.MustApply("iam_group", made, group(values{"returns": "manage", "customers": "read", "orders": "read", "products": "read"}))
	if unmet, ok := whole.Values["unmet_dependencies"].(values); !ok || len(unmet) != 0 {
		t.Errorf("with everything: %v, want an empty map", whole.Values["unmet_dependencies"])
	}
	planned, _, d = p.Plan("iam_group", made, group(values{"returns": providertest.Unknown}))
	if planned.Values["unmet_dependencies"] != providertest.Unknown || len(d) != 0 {
		t.Errorf("unknown access: %v, %v", planned.Values["unmet_dependencies"], d)
	}

	p.MustApply("iam_group", whole, returns)
	read, d := p.ReadData("iam_group", values{"id": "stock"})
	if unmet, _ := read["unmet_dependencies"].(values); unmet["returns"] != text || d.Failed() {
		t.Errorf("the data source has %v, %v", read["unmet_dependencies"], d)
	}
}

// A predefined template that leaves needs open is no reason for a warning, what
// the group adds to it is; a requirement has no exception.
func TestGroupResource_unmetDependenciesOfATemplate(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	strict := providertest.New(t, with(b.Config, values{"guardrails": values{"require_dependencies": true}}))
	open := 0
	for _, template := range access.Templates() {
		config := values{"name": values{"en": "Team"}, "role_template": template.ID}
		planned, _, d := p.Plan("iam_group", state{}, config)
		if len(d) != 0 {
			t.Errorf("%s warns: %v", template.ID, d)
		}
		unmet, _ := planned.Values["unmet_dependencies"].(values)
		_, _, d = strict.Plan("iam_group", state{}, config)
		if d.Failed() != (len(unmet) > 0) || len(unmet) > 0 && !d.Has("error at AttributeName(\"role_template\")", "Unmet Dependencies", "require_dependencies") {
			t.Errorf("%s leaves %v open; where that is forbidden: %v", template.ID, unmet, d)
		}
		open += len(unmet)
	}
	if open == 0 {
		t.Error("no predefined template leaves anything open: the test shows nothing")
	}
	added := values{"name": values{"en": "Team"}, "role_template": "order_fulfillment_manager", "access": values{"coupons": "manage"}}
	if _, _, d := p.Plan("iam_group", state{}, added); !d.Has("warning at AttributeName(\"access\")", "Manage on coupons") || strings.Contains(strings.Join(d, ""), "Manage on returns") {
		t.Errorf("a level of its own: %v", d)
	}
}
