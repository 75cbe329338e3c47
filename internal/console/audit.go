package console

import (
	"net/url"
	"strconv"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

func assuranceRoutes() []route {
	return []route{
		{"GET audit", "audit", (*visit).handleAudit},
		{"GET findings", "findings", (*visit).handleFindings},
		{"GET review", "review", (*visit).handleReviewForm},
		{"POST review", "review", (*visit).handleReview},
	}
}

// auditPage is the content of the audit events.
type auditPage struct {
	historyPage

	Actor, Kind, Object, Since string
	Older                      string // address of the events before those shown; empty: there are none
	Newest                     string // address of the newest, if those are not shown
}

// mostAudit is the number of events on a page.
const mostAudit = 100

// handleAudit shows the newest audit events that match the filters.
func (v *visit) handleAudit() error {
	q := v.r.URL.Query()
	page := auditPage{Actor: q.Get("actor"), Kind: q.Get("kind"), Object: q.Get("object"), Since: q.Get("since")}
	filter := client.AuditFilter{Actor: page.Actor, Kind: page.Kind, Object: page.Object, Limit: mostAudit + 1}
	if page.Since != "" {
		since, err := time.Parse(time.DateOnly, page.Since)
		if err != nil {
			return wrongForm(err)
		}
		filter.Since = since
	}
	if text := q.Get("before"); text != "" {
		before, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return wrongForm(err)
		}
		filter.Before = before
	}
	events, err := v.client().AuditEvents(v.r.Context(), filter)
	if err != nil {
		return err
	}
	list := v.newListing()
	if len(events) > mostAudit {
		events = events[:mostAudit]
		page.Older = list.address(func(q url.Values) { q.Set("before", strconv.FormatInt(events[mostAudit-1].ID, 10)) })
	}
	if filter.Before > 0 {
		page.Newest = list.address(func(q url.Values) { q.Del("before") })
	}
	page.Events = eventsOf(events)
	return v.show("audit.html", "Audit events", page)
}

// findingsPage is the content of what the tenant's access review finds.
type findingsPage struct {
	Kinds  []findingKind
	Unread []string
}

// findingKind is the findings of a kind.
type findingKind struct {
	Title string
	Rows  []findingRow
}

type findingRow struct {
	access.Finding
	Names []groupLink
}

// findingTitles names the kinds of findings, in the order of the page.
var findingTitles = []struct {
	kind  access.FindingKind
	title string
}{
	{access.StaleMakeMember, "Members of Make without the role"},
	{access.UnrestrictedByAccident, "Restrictions that another group lifts"},
	{access.LockedWithGroups, "Locked users who are still in groups"},
	{access.UnmetDependencies, "Levels that need others"},
	{access.GroupWithoutMembers, "Groups without members"},
}

// handleFindings shows what the access review of the tenant finds.
func (v *visit) handleFindings() error {
	state, err := v.state()
	if err != nil {
		return err
	}
	page := findingsPage{Unread: state.Unread}
	names := groupNamesOf(state.Groups)
	all := access.Findings(state)
	for _, t := range findingTitles {
		kind := findingKind{Title: t.title}
		for _, f := range all {
			if f.Kind == t.kind {
				row := findingRow{Finding: f}
				for _, id := range f.Groups {
					row.Names = append(row.Names, groupLink{id, names[id]})
				}
				kind.Rows = append(kind.Rows, row)
			}
		}
		if len(kind.Rows) > 0 {
			page.Kinds = append(page.Kinds, kind)
		}
	}
	return v.show("findings.html", "Findings", page)
}
