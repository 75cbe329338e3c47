package console

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

func holderRoutes() []route {
	return []route{
		{"GET who-can", "who-can", (*visit).handleHolders},
		{"GET matrix", "matrix", (*visit).handleMatrix},
		{"GET matrix.csv", "matrix", (*visit).handleMatrixCSV},
	}
}

// holdersPage is the content of the answer to who may do something.
type holdersPage struct {
	Entities []choice
	Levels   []choice
	Groups   []choice
	Record   string
	Vendor   string
	Asked    bool
	Wrong    string // why it cannot be answered
	Count    string
	Unread   []string
	List     *listing
	Rows     []holderRow
}

// holderRow is a person who may.
type holderRow struct {
	ID, Name, Email, Department string
	Holds                       []access.Row
	Groups                      []groupLink
	Reason                      string
}

// handleHolders answers who may do something, and why.
func (v *visit) handleHolders() error {
	state, err := v.state()
	if err != nil {
		return err
	}
	asked := v.r.URL.Query()
	entity, level, group := asked.Get("entity"), cmp.Or(asked.Get("level"), access.Manage.String()), asked.Get("group")
	page := holdersPage{Record: asked.Get("record"), Vendor: asked.Get("vendor"), Asked: entity != "", Unread: state.Unread, List: v.newListing()}
	page.Entities, page.Levels = entityChoices(entity), levelChoices(level)
	names := groupNamesOf(state.Groups)
	page.Groups = groupChoices(state.Groups, group)
	if !page.Asked {
		return v.show("who-can.html", "Access holders", page)
	}
	wanted, err := access.Check(entity, level)
	if err != nil {
		page.Wrong = access.Visible(err.Error())
		return v.showStatus(http.StatusUnprocessableEntity, "who-can.html", "Access holders", page)
	}
	var all []access.Holder
	for h := range access.Holders(state, entity, wanted, recordsAsked(asked)) {
		if group == "" || slices.Contains(h.Groups, group) {
			all = append(all, h)
		}
	}
	for _, h := range cut(page.List, all) {
		page.Rows = append(page.Rows, holderRowOf(h, names))
	}
	page.Count = counted(len(all), "person", "people")
	return v.show("who-can.html", "Access holders", page)
}

// recordsAsked returns the records that a question is about; nil: any.
func recordsAsked(asked url.Values) *access.Records {
	record, vendor := asked.Get("record"), asked.Get("vendor")
	if record == "" && vendor == "" {
		return nil
	}
	r := access.Records{VendorID: vendor}
	if record != "" {
		r.Restriction = &record
	}
	return &r
}

// groupChoices are the groups by name, behind one for any.
func groupChoices(groups []access.Group, group string) []choice {
	all := make([]choice, 0, len(groups)+1)
	for _, g := range groups {
		all = append(all, selected(g.ID, access.Visible(cmp.Or(g.Name, g.ID)), group))
	}
	slices.SortStableFunc(all, func(a, b choice) int { return cmp.Compare(a.Label, b.Label) })
	return append([]choice{selected("", "Any group", group)}, all...)
}

func holderRowOf(h access.Holder, names map[string]string) holderRow {
	row := holderRow{ID: h.User.ID, Name: cmp.Or(strings.TrimSpace(h.User.Name), h.User.Email, h.User.ID), Email: h.User.Email, Department: h.User.Department, Holds: h.Rows, Reason: h.Decision.Reason}
	for _, id := range h.Groups {
		row.Groups = append(row.Groups, groupLink{id, cmp.Or(names[id], id)})
	}
	return row
}
