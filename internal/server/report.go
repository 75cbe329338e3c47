package server

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

const (
	csvType = "text/csv; charset=utf-8; header=present"
	// reportCost is the memory of a user in a report of all users, in bytes.
	reportCost = 200
)

// handleUserReport answers GET /iam/{tenant}/users/{userId}/report. It reads the groups of
// that user only.
func (s *Server) handleUserReport(c *call) error {
	u, err := s.user(c.ctx, s.store, c.tenant, c.value("userId"))
	if err != nil {
		return err
	}
	groups, err := s.store.GroupsOfUser(c.ctx, c.tenant, u.ID)
	if err != nil {
		return fmt.Errorf("listing the user's groups: %w", err)
	}
	rights, err := rightsOfGroups(c.ctx, s.store, c.tenant, groups)
	if err != nil {
		return err
	}
	source := newReportSource(rights, groups)
	user := reportUser(u, nil)
	for _, g := range groups {
		user.GroupIDs = append(user.GroupIDs, g.ID)
	}
	if c.holds(api.ScopeTeamRead) {
		if err := s.addMember(c, u, &source); err != nil {
			return err
		}
	}
	if c.wantsCSV() {
		return c.stream(csvType, func(w io.Writer) error { return source.writeCSV(w, slices.Values([]access.StateUser{user})) })
	}
	return c.write(http.StatusOK, source.toWire(user, source.groups.Subject(user.Locked, user.GroupIDs...).Report()))
}

// addMember adds what a report of one user says about the team.
func (s *Server) addMember(c *call, u store.User, source *reportSource) error {
	m, err := memberOf(c.ctx, s.store, c.tenant, u, u.ID)
	if err != nil || m.ID == "" {
		return err
	}
	document, err := s.teamDocument(c, m)
	if err != nil {
		return err
	}
	source.team[strings.ToLower(u.Email)] = document
	source.products, err = addedProducts(c.ctx, s.store, c.tenant)
	return err
}

// handleReport answers GET /iam/{tenant}/report: the reports of all employees, by e-mail
// address. It writes them one by one.
func (s *Server) handleReport(c *call) error {
	_, total, err := s.store.Users(c.ctx, c.tenant, store.Page{Limit: 1})
	if err != nil {
		return fmt.Errorf("counting users: %w", err)
	}
	if err := c.reserve(int64(total) * reportCost); err != nil {
		return err
	}
	var users roster
	err = s.store.EachUser(c.ctx, c.tenant, func(u store.User, groupIDs []string) error {
		users.add(reportUser(u, groupIDs))
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading users: %w", err)
	}
	groups, err := s.store.Groups(c.ctx, c.tenant)
	if err != nil {
		return fmt.Errorf("listing groups: %w", err)
	}
	rights, err := rightsOf(c.ctx, s.store, c.tenant)
	if err != nil {
		return err
	}
	source := newReportSource(rights, groups)
	if c.holds(api.ScopeTeamRead) {
		members, err := s.teamDocuments(c)
		if err != nil {
			return err
		}
		for _, m := range members {
			source.team[strings.ToLower(m.Email)] = m
		}
		if source.products, err = addedProducts(c.ctx, s.store, c.tenant); err != nil {
			return err
		}
	}
	if c.wantsCSV() {
		return c.stream(csvType, func(w io.Writer) error { return source.writeCSV(w, users.all()) })
	}
	return c.stream("application/json", func(w io.Writer) error { return source.write(w, users.all()) })
}

// writeCSV writes the reports of the users as CSV.
func (s reportSource) writeCSV(w io.Writer, users iter.Seq[access.StateUser]) error {
	return s.groups.WriteReportCSV(w, s.products, func(yield func(access.StateUser) bool) {
		for u := range users {
			if m, ok := s.team[strings.ToLower(u.Email)]; ok {
				member := m.Access()
				u.Team = &member
			}
			if !yield(u) {
				return
			}
		}
	})
}

// write writes the reports of the users as a JSON array.
func (s reportSource) write(w io.Writer, users iter.Seq[access.StateUser]) error {
	encoder, before := json.NewEncoder(w), "["
	encoder.SetEscapeHTML(false)
	for user, rows := range s.groups.Reports(users) {
		if _, err := io.WriteString(w, before); err != nil {
			return err
		}
		if err := encoder.Encode(s.toWire(user, rows)); err != nil {
			return err
		}
		before = ","
	}
	end := "]\n"
	if before == "[" {
		end = "[]\n"
	}
	_, err := io.WriteString(w, end)
	return err
}

// reportSource is the data of reports.
type reportSource struct {
	groups  *access.Compiled
	vendors map[string]string         // of groups
	team    map[string]api.TeamMember // by e-mail address in lower case; empty if the token may not read it

	products []access.TeamProduct // that the tenant has added to the team
}

// newReportSource returns the data of reports of users who are in the groups, without the
// team.
func newReportSource(rights access.Rights, groups []store.Group) reportSource {
	source := reportSource{groups: compileGroups(rights, groups), vendors: map[string]string{}, team: map[string]api.TeamMember{}}
	for _, g := range groups {
		source.vendors[g.ID] = g.VendorID
	}
	return source
}

// reportUser converts a user for the access rules.
func reportUser(u store.User, groupIDs []string) access.StateUser {
	return access.StateUser{ID: u.ID, Email: u.Email, Name: u.FirstName + " " + u.LastName, Locked: u.Locked, GroupIDs: groupIDs, Department: u.Department}
}

// wantsCSV reports whether text/csv is the first media type that the request accepts. All
// other requests get JSON.
func (c *call) wantsCSV() bool {
	first, _, _ := strings.Cut(c.r.Header.Get("Accept"), ",")
	kind, _, err := mime.ParseMediaType(first)
	return err == nil && kind == "text/csv"
}

// integromatRoles returns the roles in Make of a user.
func (s reportSource) integromatRoles(u access.StateUser) []string {
	return s.groups.Subject(u.Locked, u.GroupIDs...).MakeRoles()
}

// toWire converts the report of a user.
func (s reportSource) toWire(u access.StateUser, rows []access.Row) api.UserReport {
	report := api.UserReport{
		UserID: u.ID, Email: u.Email, Name: u.Name, Locked: u.Locked,
		GroupIDs: wire.List(u.GroupIDs), MakeRoles: wire.List(s.integromatRoles(u)), Rows: make([]api.ReportRow, len(rows)),
	}
	for i, r := range rows {
		report.Rows[i] = api.ReportRow{
			Category: r.Category, Entity: r.Entity, EntityLabel: r.EntityLabel, Level: r.LevelText(),
			Restrictions: wire.List(r.Restrictions), RestrictionAware: r.RestrictionAware,
			GrantedBy: r.GrantedBy, Source: string(r.Source), VendorID: r.VendorID, Scopes: r.Scopes,
		}
		for _, source := range r.Sources {
			report.Rows[i].Sources = append(report.Rows[i].Sources, string(source))
		}
	}
	for _, id := range u.GroupIDs {
		report.VendorID = cmp.Or(report.VendorID, s.vendors[id])
	}
	member := s.team[strings.ToLower(u.Email)]
	report.TeamRole, report.Products, report.Abilities = member.Role, member.ProductRoles(), member.Abilities(u.Locked)
	return report
}
