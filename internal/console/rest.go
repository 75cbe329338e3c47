package console

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

func scopeRoutes() []route {
	return []route{
		{"GET restrictions", "restrictions", (*visit).handleRestrictions},
		{"GET sites", "sites", (*visit).handleSites},
		{"GET vendors", "vendors", (*visit).handleVendors},
		{"GET vendors/{id}", "vendors", (*visit).handleVendor},
		{"GET access-controls", "access-controls", (*visit).handleControls},
		{"GET scopes", "scopes", (*visit).handleScopes},
		{"GET terraform/{kind}/{id...}", "", (*visit).handleTerraform},
	}
}

// handleTerraform shows any object as configuration.
func (v *visit) handleTerraform() error {
	kind, id := v.value("kind"), v.value("id")
	if !slices.Contains(terraformKinds(), kind) {
		return &problem{http.StatusNotFound, "There is no such page", "The type of the object is not one that can be shown.", ""}
	}
	blocks, err := v.blocks(managedAs{kind, id, id})
	if err != nil {
		return err
	}
	return v.show("terraform.html", kind, terraformPage{Blocks: blocks})
}

// handleRestrictions shows the values that groups can be limited to, and the groups that are.
func (v *visit) handleRestrictions() error {
	values, err := v.restrictionValues()
	if err != nil {
		return err
	}
	groups, err := v.client().Groups(v.r.Context())
	if err != nil {
		return err
	}
	users := map[string][]string{}
	var stale []string
	for _, g := range groups {
		for _, value := range g.Restrictions {
			users[value] = append(users[value], groupName(g))
			if values != nil && !slices.Contains(values, value) && !slices.Contains(stale, value) {
				stale = append(stale, value)
			}
		}
	}
	page := tablePage{
		Title: "Restrictions", Intro: "A group with restrictions shows its members only the records that carry one of the values.", Search: "Value or group",
		Tables: []table{{Columns: []string{"Value", "Groups"}, Empty: "The tenant has no restrictions."}},
	}
	for _, value := range values {
		page.Tables[0].Rows = append(page.Tables[0].Rows, row{[]cell{text(value), tags(users[value])}, v.block("iam_restriction", value)})
	}
	if len(stale) > 0 {
		slices.Sort(stale)
		t := table{Title: "Values that the tenant does not have", Columns: []string{"Value", "Groups that still have it"}}
		for _, value := range stale {
			t.Rows = append(t.Rows, row{Cells: []cell{{Tags: []string{value}, Tone: "warn"}, tags(users[value])}})
		}
		page.Tables = append(page.Tables, t)
	}
	switch synced, err := v.client().Setting(v.r.Context(), api.SettingSiteSync); {
	case err == nil && string(synced.Value) == "true":
		page.Notice = "The values are the codes of the sites: they follow when a site is added or removed."
	case err != nil && !client.IsNotFound(err) && !client.IsForbidden(err):
		return err
	}
	return v.showTable(page)
}

// handleSites shows the sites.
func (v *visit) handleSites() error {
	sites, err := v.client().Sites(v.r.Context(), true)
	if err != nil {
		return err
	}
	page := tablePage{Title: "Sites", Search: "Code or name", Tables: []table{{Columns: []string{"Code", "Name", "State", "Currency", "Languages", "Ships to"}, Empty: "The tenant has no sites."}}}
	for _, s := range sites {
		state := []string{"active"}
		if !s.Active {
			state = []string{"inactive"}
		}
		if s.Default {
			state = append(state, "default")
		}
		page.Tables[0].Rows = append(page.Tables[0].Rows, row{
			[]cell{text(s.Code), text(s.Name), tags(state), text(s.Currency), text(strings.Join(s.Languages, ", ")), text(strings.Join(s.ShipToCountries, ", "))},
			v.block("iam_site", s.Code),
		})
	}
	return v.showTable(page)
}

// handleVendors shows the vendors.
func (v *visit) handleVendors() error {
	vendors, err := v.client().Vendors(v.r.Context())
	if err != nil {
		return err
	}
	page := tablePage{Title: "Vendors", Search: "ID or name", Tables: []table{{Columns: []string{"Name", "ID", "Type", "Parent"}, Empty: "The tenant has no vendors."}}}
	for _, vendor := range vendors {
		parent := cell{Text: vendor.ParentID}
		if vendor.ParentID != "" {
			parent.Link = v.link("vendors", vendor.ParentID)
		}
		page.Tables[0].Rows = append(page.Tables[0].Rows, row{
			[]cell{{Text: vendor.Name, Link: v.link("vendors", vendor.ID)}, text(vendor.ID), text(strings.ToLower(string(vendor.Type))), parent},
			v.block("iam_vendor", vendor.ID),
		})
	}
	return v.showTable(page)
}

// handleVendor shows a vendor with its groups.
func (v *visit) handleVendor() error {
	ctx, c, id := v.r.Context(), v.client(), v.value("id")
	vendor, err := c.Vendor(ctx, id)
	if err != nil {
		return err
	}
	groups, err := c.VendorGroups(ctx, id)
	if err != nil {
		return err
	}
	page := tablePage{Title: vendor.Name, Intro: "Vendor " + vendor.ID, Tables: []table{{Title: "Groups", Columns: []string{"Group", "Members", "Publishes products"}, Empty: "The API has not created the vendor's groups yet."}}}
	for _, g := range groups {
		members, err := c.Members(ctx, g.ID)
		if err != nil {
			return err
		}
		publishes, _ := access.Publishes(g.AccessControls)
		page.Tables[0].Rows = append(page.Tables[0].Rows, row{Cells: []cell{{Text: groupName(g), Link: v.link("groups", g.ID)}, text(strconv.Itoa(len(members))), yes(publishes, "yes")}})
	}
	page.Facts = []fact{{"Type", text(strings.ToLower(string(vendor.Type)))}}
	if l := vendor.LegalInfo; l != nil {
		page.Facts = append(page.Facts, fact{"Legal name", text(l.LegalName)})
	}
	if at := v.block("iam_vendor", id); at != "" {
		page.Facts = append(page.Facts, fact{"Configuration", cell{Text: "iam_vendor", Link: at}})
	}
	return v.showTable(page)
}

// carriers returns the names of the groups and role templates that carry each access control.
func (v *visit) carriers() (map[string][]string, error) {
	groups, err := v.client().Groups(v.r.Context())
	if err != nil {
		return nil, err
	}
	templates, err := v.client().Templates(v.r.Context())
	if err != nil {
		return nil, err
	}
	all := map[string][]string{}
	for _, t := range templates {
		for _, id := range t.AccessControls {
			all[id] = append(all[id], "template "+t.ID)
		}
	}
	for _, g := range groups {
		for _, id := range g.AccessControls {
			all[id] = append(all[id], groupName(g))
		}
	}
	return all, nil
}

// handleControls shows the access controls, the tenant's own first.
func (v *visit) handleControls() error {
	controls, err := v.client().AccessControls(v.r.Context())
	if err != nil {
		return err
	}
	carriers, err := v.carriers()
	if err != nil {
		return err
	}
	slices.SortStableFunc(controls, func(a, b api.AccessControl) int {
		switch {
		case a.Predefined == b.Predefined:
			return 0
		case a.Predefined:
			return 1
		}
		return -1
	})
	page := tablePage{Title: "Access controls", Intro: "What groups and role templates carry: each grants scopes. Scopes are what a token must have.", Search: "ID, name, scope or group", Tables: []table{{Columns: []string{"Name", "Entity and level", "Scopes", "Carried by"}, Empty: "The tenant has no access controls."}}}
	page.Links = []choice{{Label: "All scopes", By: v.link("scopes")}}
	for _, a := range controls {
		r := row{Cells: []cell{{Text: cmp.Or(anyText(a.Name), a.ID), Small: a.ID}, {}, {Small: strings.Join(a.Scopes, ", ")}, {Small: strings.Join(carriers[a.ID], ", ")}}}
		if c, ok := access.ControlByID(a.ID); ok && c.Entity != "" {
			r.Cells[1] = cell{Text: c.Entity, Tags: []string{c.Level.String()}}
		}
		if !a.Predefined {
			r.Cells[0].Tags, r.Block = []string{"own"}, v.block("iam_access_control", a.ID)
		}
		page.Tables[0].Rows = append(page.Tables[0].Rows, r)
	}
	return v.showTable(page)
}

// handleScopes shows the scopes.
func (v *visit) handleScopes() error {
	scopes, err := v.client().Scopes(v.r.Context())
	if err != nil {
		return err
	}
	page := tablePage{Title: "Scopes", Search: "Scope", Tables: []table{{Columns: []string{"Scope", "Domain", "Description"}, Empty: "The API lists no scopes."}}}
	for _, s := range scopes {
		r := row{Cells: []cell{text(s.ID), text(s.Domain), text(anyText(s.Description))}}
		if !s.Predefined {
			r.Cells[0].Tags, r.Block = []string{"own"}, v.block("iam_scope", s.ID)
		}
		page.Tables[0].Rows = append(page.Tables[0].Rows, r)
	}
	return v.showTable(page)
}
