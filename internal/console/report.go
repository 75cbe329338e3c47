package console

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// accessPage is the content of what a user may do.
type accessPage struct {
	userHead
	personReport
	Picture  *picture // nil: the user has no access
	Question question
}

// personReport is what a person may do.
type personReport struct {
	Sections  []reportSection
	Entities  int // that the person has access to
	MakeRoles []string
	Team      *client.TeamStatus // nil: not known
	TeamRole  string
	Abilities []string
	Unread    []string // what the key may not read, and the report therefore lacks
}

// reportSection is the rows of a category.
type reportSection struct {
	Category string
	Rows     []reportRow
}

// reportRow is a level on an entity, with the groups that give it.
type reportRow struct {
	access.Row
	Groups []groupLink
	Why    string
}

// groupLink is a group with its name.
type groupLink struct{ ID, Name string }

// sourceTexts says where a level comes from.
var sourceTexts = map[access.Source]string{
	access.FromTemplate: "template", access.FromGroup: "own level", access.FromControl: "access controls",
	access.Derived: "follows another entity", access.Correlated: "tied to another entity",
}

// readReport reads what a user may do.
func (v *visit) readReport(u api.User) (personReport, access.User, error) {
	var r personReport
	ctx, c := v.r.Context(), v.client()
	subject, err := c.Subject(ctx, u)
	if errors.Is(err, client.ErrControlsUnread) {
		r.Unread, err = append(r.Unread, "access controls of the tenant's own"), nil
	}
	if err != nil {
		return r, subject, err
	}
	is := subject.Subject()
	r.MakeRoles = is.MakeRoles()
	if err := r.readTeam(ctx, c, u); err != nil {
		return r, subject, err
	}
	r.Sections, r.Entities = sectionsOf(is.Report(), groupNamesOf(subject.Groups))
	return r, subject, nil
}

// readTeam reads the role in the team, where the API has one.
func (r *personReport) readTeam(ctx context.Context, c *client.Client, u api.User) error {
	status, err := c.TeamStatus(ctx, u.ContactEmail)
	switch {
	case client.IsForbidden(err):
		r.Unread = append(r.Unread, "the team")
		return nil
	case client.IsUnsupported(err):
		return nil
	case err != nil:
		return err
	}
	r.Team = status
	if status.Member != nil {
		r.TeamRole = roleLabel(status.Role)
		for _, ability := range status.Abilities(u.Locked()) {
			r.Abilities = append(r.Abilities, strings.NewReplacer(".", ": ", "_", " ").Replace(ability))
		}
	}
	return nil
}

// groupNamesOf returns the names of groups by id.
func groupNamesOf(groups []access.Group) map[string]string {
	names := map[string]string{}
	for _, g := range groups {
		names[g.ID] = cmp.Or(g.Name, g.ID)
	}
	return names
}

// sectionsOf returns the rows by category, and the number of entities.
func sectionsOf(rows []access.Row, names map[string]string) (sections []reportSection, entities int) {
	seen := map[string]bool{}
	for _, row := range rows {
		if len(sections) == 0 || sections[len(sections)-1].Category != row.Category {
			sections = append(sections, reportSection{Category: row.Category})
		}
		r := reportRow{Row: row, Why: sourceTexts[row.Source]}
		for _, id := range row.GrantedBy {
			r.Groups = append(r.Groups, groupLink{id, cmp.Or(names[id], id)})
		}
		if row.Entity != "" && !seen[row.Entity] {
			seen[row.Entity] = true
			entities++
		}
		last := &sections[len(sections)-1]
		last.Rows = append(last.Rows, r)
	}
	return sections, entities
}

// handleUserAccess shows what a user may do, and answers a question about it.
func (v *visit) handleUserAccess() error {
	head, err := v.userHead("access")
	if err != nil {
		return err
	}
	report, subject, err := v.readReport(*head.User)
	if err != nil {
		return err
	}
	page := accessPage{userHead: head, personReport: report, Picture: pictureOf(head.Name, report.Sections)}
	page.Question = v.question(subject)
	return v.show("user-access.html", head.Name, page)
}

// question is whether a person may do something on a record.
type question struct {
	Entities []choice
	Levels   []choice
	Record   string
	Vendor   string
	Asked    bool
	Allowed  bool
	Reason   string
}

// question answers what the form asks.
func (v *visit) question(subject access.User) question {
	asked := v.r.URL.Query()
	q := question{Record: asked.Get("record"), Vendor: asked.Get("vendor")}
	entity, level := asked.Get("entity"), asked.Get("level")
	q.Entities, q.Levels = entityChoices(entity), levelChoices(level)
	if entity == "" {
		return q
	}
	q.Asked = true
	wanted, err := access.Check(entity, level)
	if err != nil {
		q.Reason = err.Error()
		return q
	}
	records := access.Records{VendorID: q.Vendor}
	if q.Record != "" {
		records.Restriction = &q.Record
	}
	d := access.Decide(subject, entity, wanted, records)
	q.Allowed, q.Reason = d.Allowed, d.Reason
	return q
}

// entityChoices are the entities to ask about.
func entityChoices(entity string) (all []choice) {
	for _, e := range access.Entities() {
		all = append(all, selected(e.Code, e.Label, entity))
	}
	return all
}

// levelChoices are the levels to ask about; without one, manage is selected.
func levelChoices(level string) (all []choice) {
	for l := access.Read; l <= access.Administrate; l++ {
		all = append(all, selected(l.String(), l.String(), cmp.Or(level, access.Manage.String())))
	}
	return all
}

// selected returns an option, which is selected if it is the value.
func selected(name, label, value string) choice {
	c := choice{Name: name, Label: label}
	if name == value {
		c.Value = "selected"
	}
	return c
}

// handleUserCSV sends the report of a user as CSV.
func (v *visit) handleUserCSV() error {
	u, err := v.client().User(v.r.Context(), v.value("id"))
	if err != nil {
		return err
	}
	report, subject, err := v.readReport(*u)
	if err != nil {
		return err
	}
	v.download("text/csv; charset=utf-8", "access-"+u.ID+".csv")
	return access.WriteReportCSV(v.w, client.ReportState(*u, subject, report.Team))
}

// download sets the headers of a file.
func (v *visit) download(kind, name string) {
	safe := strings.Map(func(r rune) rune {
		if r < '!' || r > '~' || strings.ContainsRune(`"\/;`, r) {
			return '-'
		}
		return r
	}, name)
	v.w.Header().Set("Content-Type", kind)
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+safe+`"`)
	v.w.WriteHeader(http.StatusOK)
}

// picture shows how a person gets access: the person, groups, entities. All positions are
// those of SVG.
type picture struct {
	Name          string
	Width, Height int
	Middle        int // of the person
	Groups        []pictureGroup
	Entities      []pictureEntity
	Lines         []pictureLine
	More          int // entities that are not shown
}

type pictureGroup struct {
	ID, Name, Records string
	Y                 int
}

type pictureEntity struct {
	Label, Level string
	Y            int
}

type pictureLine struct {
	From, To   int
	Level      string
	FromPerson bool
}

// What a picture shows at most.
const (
	pictureEntities = 14
	pictureRow      = 34
	pictureWidth    = 824
)

// pictureOf draws the highest levels of a person, each with the first group that gives it.
func pictureOf(name string, sections []reportSection) *picture {
	p := &picture{Name: name, Width: pictureWidth}
	type link struct {
		group groupLink
		row   reportRow
	}
	var links []link
	seen := map[string]bool{}
	for _, s := range sections {
		for _, r := range s.Rows {
			if r.Entity == "" || seen[r.Entity+r.VendorID] || len(r.Groups) == 0 {
				continue
			}
			seen[r.Entity+r.VendorID] = true
			links = append(links, link{r.Groups[0], r})
		}
	}
	if len(links) == 0 {
		return nil
	}
	// The highest levels first; then groups stay together.
	slices.SortStableFunc(links, func(a, b link) int { return cmp.Compare(b.row.Level, a.row.Level) })
	p.More = max(0, len(links)-pictureEntities)
	links = links[:min(len(links), pictureEntities)]
	slices.SortStableFunc(links, func(a, b link) int { return cmp.Compare(a.group.ID, b.group.ID) })
	p.Height = len(links)*pictureRow + 22
	p.Middle = p.Height / 2
	at := map[string]int{} // index in Groups
	first := map[string]int{}
	for i, l := range links {
		y := 28 + i*pictureRow
		if _, known := at[l.group.ID]; !known {
			at[l.group.ID], first[l.group.ID] = len(p.Groups), y
			p.Groups = append(p.Groups, pictureGroup{ID: l.group.ID, Name: short(l.group.Name, 19), Records: short(cmp.Or(records(l.row.Row), "every record"), 26)})
		}
		g := &p.Groups[at[l.group.ID]]
		g.Y = (first[l.group.ID] + y) / 2
		if text := short(cmp.Or(records(l.row.Row), "every record"), 26); text != g.Records {
			g.Records = "records differ by entity"
		}
		p.Entities = append(p.Entities, pictureEntity{short(l.row.EntityLabel, 24), l.row.Level.String(), y})
	}
	p.spread()
	for _, g := range p.Groups {
		p.Lines = append(p.Lines, pictureLine{From: p.Middle, To: g.Y, FromPerson: true})
	}
	for i, l := range links {
		p.Lines = append(p.Lines, pictureLine{From: p.Groups[at[l.group.ID]].Y, To: p.Entities[i].Y, Level: l.row.Level.String()})
	}
	p.Name = short(name, 18)
	return p
}

// spread moves groups apart that would overlap, and makes the picture as high as they need.
func (p *picture) spread() {
	const apart = 50
	for i := range p.Groups {
		if i > 0 {
			p.Groups[i].Y = max(p.Groups[i].Y, p.Groups[i-1].Y+apart)
		} else {
			p.Groups[i].Y = max(p.Groups[i].Y, 26)
		}
	}
	if last := p.Groups[len(p.Groups)-1].Y + 30; last > p.Height {
		p.Height = last
	}
	p.Height = max(p.Height, 60)
	p.Middle = p.Height / 2
}

// short cuts a text for a picture; the page has it in full beside it.
func short(text string, most int) string {
	runes := []rune(access.Visible(text))
	if len(runes) <= most {
		return string(runes)
	}
	return string(runes[:most-1]) + "…"
}
