package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/console"
	"github.com/access-config/terraform-provider-iam/internal/review"
)

// reportOptions are the flags of report.
type reportOptions struct {
	location
	email, userID string
	all           bool
	format        string
	redact        bool
}

// runReport prints the permissions report of one user, or of all.
func runReport(ctx context.Context, env Env, args []string) (err error) {
	var o reportOptions
	f := flags(env, "report", "Print the permissions report of a user, or of all employees.\n"+credentialsUsage)
	o.flags(env, f)
	f.StringVar(&o.email, "email", "", "`e-mail` address of the user")
	f.StringVar(&o.userID, "user-id", "", "`id` of the user, instead of the e-mail address")
	f.BoolVar(&o.all, "all", false, "all employees of the tenant, as csv or html")
	f.StringVar(&o.format, "format", "text", "`text`, csv, html or json")
	f.BoolVar(&o.redact, "redact", false, redactUsage)
	if err := parse(env, f, args); err != nil {
		return err
	}
	if err := o.check(); err != nil {
		fmt.Fprintln(env.Stderr, "report:", err)
		return errUsage
	}
	c, closeBackend, err := o.connect(ctx, env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeBackend()) }()
	if o.all {
		return reportAll(ctx, env, c, o)
	}
	user, err := c.FindUser(ctx, o.userID, o.email)
	if err != nil {
		return err
	}
	r, unread, err := reportOf(ctx, c, *user)
	if err != nil {
		return err
	}
	warnUnread(env, unread)
	if o.format == "html" {
		return writeReportHTML(env, c.Tenant(), r.state, o.redact)
	}
	return r.write(env.Stdout, o.format)
}

// reportAll prints the reports of all employees.
func reportAll(ctx context.Context, env Env, c *client.Client, o reportOptions) error {
	state, err := c.State(ctx)
	if err != nil {
		return err
	}
	if o.format == "html" {
		return writeReportHTML(env, c.Tenant(), state, o.redact)
	}
	warnUnread(env, state.Unread)
	return access.WriteReportCSV(env.Stdout, state)
}

// writeReportHTML writes a report as a page, and says what it contains.
func writeReportHTML(env Env, tenant string, s access.State, redact bool) error {
	if !redact {
		fmt.Fprintln(env.Stderr, "report:", personalText)
	}
	warnUnread(env, s.Unread)
	w := bufio.NewWriter(env.Stdout)
	if err := console.WriteReport(w, tenant, s, redact); err != nil {
		return err
	}
	return w.Flush()
}

// warnUnread says what a report lacks.
func warnUnread(env Env, unread []string) {
	if len(unread) > 0 {
		fmt.Fprintf(env.Stderr, "report: the key may not read %s, which is missing below\n", strings.Join(unread, ", "))
	}
}

// reportOf reads the report of a user. It names in unread what the key may not read
// and the report therefore lacks.
func reportOf(ctx context.Context, c *client.Client, user api.User) (r report, unread []string, err error) {
	subject, err := c.Subject(ctx, user)
	if errors.Is(err, client.ErrControlsUnread) {
		unread, err = append(unread, "custom access controls"), nil
	}
	if err != nil {
		return r, nil, err
	}
	is := subject.Subject()
	r.makeRoles = is.MakeRoles()
	r.team, err = c.TeamStatus(ctx, user.ContactEmail)
	switch {
	case client.IsForbidden(err):
		unread = append(unread, "the team")
	case err != nil && !client.IsUnsupported(err): // without teams, the rest of the report is still useful
		return r, nil, err
	}
	r.user, r.rows = user, is.Report()
	r.state = client.ReportState(user, subject, r.team)
	return r, unread, nil
}

// report is the printed report of a user.
type report struct {
	user      api.User
	team      *client.TeamStatus // nil: unknown
	makeRoles []string
	rows      []access.Row
	state     access.State // of this user
}

func (o reportOptions) check() error {
	switch {
	case o.all && (o.email != "" || o.userID != ""):
		return errors.New("--all is for all employees: leave out --email and --user-id")
	case o.all && o.format != "csv" && o.format != "html":
		return errors.New("--all prints csv or html: add --format csv or --format html")
	case o.redact && o.format != "html":
		return errors.New("--redact is for --format html")
	case !o.all && (o.email == "") == (o.userID == ""):
		return errors.New("name the user with --email or --user-id, or use --all")
	}
	if err := o.location.check(); err != nil {
		return err
	}
	if !slices.Contains([]string{"text", "csv", "html", "json"}, o.format) {
		return fmt.Errorf("--format is text, csv, html or json, not %q", o.format)
	}
	return nil
}

func (r report) write(w io.Writer, format string) error {
	switch format {
	case "csv":
		return access.WriteReportCSV(w, r.state)
	case "json":
		return r.writeJSON(w)
	}
	return r.writeText(w)
}

func (r report) writeText(w io.Writer) error {
	user, rows := r.user, r.rows
	state := strings.ToLower(string(user.Status))
	if user.Locked() {
		state += ", locked"
	}
	// Names come from a server and may contain terminal escapes.
	line := func(format string, names ...any) { fmt.Fprintln(w, access.Visible(fmt.Sprintf(format, names...))) }
	line("%s %s <%s>, %s, %s", user.FirstName, user.LastName, user.ContactEmail, cmp.Or(user.Department, "no department"), state)
	line("groups: %s", cmp.Or(strings.Join(user.GroupIDs, ", "), "none"))
	if len(r.makeRoles) > 0 {
		line("roles in Make: %s", strings.Join(r.makeRoles, ", "))
	}
	if r.team != nil && r.team.Role != "" {
		line("team: %s, products: %s", r.team.Role, cmp.Or(productsText(r.team.Products), "none"))
		for _, text := range abilityTexts(r.team.Abilities(user.Locked())) {
			line("may in %s", text)
		}
	}
	fmt.Fprintln(w)
	if len(rows) == 0 {
		_, err := fmt.Fprintln(w, "This user has no access.")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "CATEGORY\tENTITY\tLEVEL\tRECORDS\tGRANTED BY\tSOURCE")
	category := ""
	for _, r := range rows {
		shown := r.Category
		if shown == category {
			shown = "" // once per category
		}
		category = r.Category
		what, level := r.EntityLabel, r.LevelText()
		switch {
		case r.Entity == "":
			what, level = strings.Join(r.Scopes, ", "), "held"
		case r.Partly:
			level += " (" + strings.Join(r.Scopes, ", ") + ")"
		}
		cells := []string{shown, what, level, recordsText(r), strings.Join(r.GrantedBy, ", "), string(r.Source)}
		for i := range cells {
			cells[i] = access.Visible(cells[i])
		}
		fmt.Fprintln(t, strings.Join(cells, "\t"))
	}
	return t.Flush()
}

// abilityTexts returns a line for the team and for each product, in which words stand for
// what the user may do: "team: invite, exclude".
func abilityTexts(abilities []string) []string {
	var texts []string
	last := ""
	for _, ability := range abilities {
		where, what, _ := strings.Cut(ability, ".")
		what = strings.ReplaceAll(what, "_", " ")
		if where == last {
			texts[len(texts)-1] += ", " + what
		} else {
			texts = append(texts, where+": "+what)
		}
		last = where
	}
	return texts
}

// recordsText describes the records that a row covers.
func recordsText(r access.Row) string {
	values := strings.Join(r.Restrictions, ", ")
	if r.VendorID == "" {
		return cmp.Or(values, "all")
	}
	return strings.TrimSuffix("of vendor "+r.VendorID+", "+values, ", ")
}

// productsText lists products, with the role where the product has roles.
func productsText(products map[string]string) string {
	var texts []string
	for _, product := range slices.Sorted(maps.Keys(products)) {
		text := product
		if role := products[product]; role != "" {
			text += " (" + role + ")"
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

// reportRow is a row of the report as JSON, with the names of the data source.
type reportRow struct {
	Category         string   `json:"category"`
	Entity           string   `json:"entity"`
	EntityLabel      string   `json:"entity_label"`
	Level            string   `json:"level"`
	Restrictions     []string `json:"restrictions"`
	RestrictionAware bool     `json:"restriction_aware"`
	GrantedBy        []string `json:"granted_by"`
	Source           string   `json:"source"`
	Sources          []string `json:"sources"`
	VendorID         *string  `json:"vendor_id"`
	Scopes           []string `json:"scopes"`
}

func (r report) writeJSON(w io.Writer) error {
	doc := struct {
		UserID string      `json:"user_id"`
		Email  string      `json:"email"`
		Locked bool        `json:"locked"`
		Groups []string    `json:"groups"`
		Make   []string    `json:"make_roles"`
		Rows   []reportRow `json:"rows"`

		TeamRole      *access.TeamRole  `json:"team_role"`
		Products      map[string]string `json:"products"`
		Abilities     []string          `json:"abilities"`
		Organizations []string          `json:"organizations"`
	}{UserID: r.user.ID, Email: r.user.ContactEmail, Locked: r.user.Locked(), Groups: r.user.GroupIDs, Make: append([]string{}, r.makeRoles...), Rows: []reportRow{}}
	if r.team != nil {
		doc.Products, doc.Organizations, doc.Abilities = r.team.Products, r.team.Organizations, append([]string{}, r.team.Abilities(r.user.Locked())...)
		if r.team.Role != "" {
			doc.TeamRole = &r.team.Role
		}
	}
	for _, r := range r.rows {
		row := reportRow{
			Category: r.Category, Entity: r.Entity, EntityLabel: r.EntityLabel, Level: r.LevelText(), RestrictionAware: r.RestrictionAware,
			Restrictions: append([]string{}, r.Restrictions...), Scopes: append([]string{}, r.Scopes...), // never null
			GrantedBy: r.GrantedBy, Source: string(r.Source), Sources: []string{},
		}
		for _, source := range r.Sources {
			row.Sources = append(row.Sources, string(source))
		}
		if r.VendorID != "" {
			row.VendorID = &r.VendorID
		}
		doc.Rows = append(doc.Rows, row)
	}
	return review.WriteIndented(w, doc)
}
