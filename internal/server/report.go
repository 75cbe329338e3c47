package server

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

const (
	csvType = "text/csv; charset=utf-8; header=present"
	// reportCost is the memory of a user in a report of all users, in bytes: the record,
	// the memberships, and their index.
	reportCost = 1 << 10
)

// handleUserReport answers GET /iam/{tenant}/users/{userId}/report.
func (s *Server) handleUserReport(c *call) error {
	u, err := s.user(c.ctx, s.store, c.tenant, c.value("userId"))
	if err != nil {
		return err
	}
	source, err := s.reportSource(c, u)
	if err != nil {
		return err
	}
	for user, rows := range access.Reports(source.state) {
		if c.wantsCSV() {
			return c.stream(csvType, func(w io.Writer) error {
				_, err := io.WriteString(w, access.ReportCSV(rows))
				return err
			})
		}
		return c.write(http.StatusOK, source.toWire(user, rows))
	}
	return nil
}

// handleReport answers GET /iam/{tenant}/report: the reports of all employees, by e-mail
// address.
func (s *Server) handleReport(c *call) error {
	users, _, err := s.store.Users(c.ctx, c.tenant, store.Page{})
	if err != nil {
		return fmt.Errorf("listing users: %w", err)
	}
	source, err := s.reportSource(c, users...)
	if err != nil {
		return err
	}
	if err := c.reserve(int64(len(users)) * reportCost); err != nil {
		return err
	}
	if c.wantsCSV() {
		return c.stream(csvType, func(w io.Writer) error { return access.WriteReviewCSV(w, source.state) })
	}
	return c.stream("application/json", source.write)
}

// write writes the reports of all users as a JSON array.
func (s reportSource) write(w io.Writer) error {
	encoder, before := json.NewEncoder(w), "["
	encoder.SetEscapeHTML(false)
	for user, rows := range access.Reports(s.state) {
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
	state   access.State
	groups  *access.Compiled          // the groups of the state
	vendors map[string]string         // of groups
	team    map[string]api.TeamMember // by e-mail address in lower case; empty if the token may not read it
}

// reportSource reads the data of reports of the users.
func (s *Server) reportSource(c *call, users ...store.User) (reportSource, error) {
	ids := make([]string, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	memberships, err := s.store.GroupIDs(c.ctx, c.tenant, ids)
	if err != nil {
		return reportSource{}, fmt.Errorf("reading memberships: %w", err)
	}
	groups, err := s.store.Groups(c.ctx, c.tenant)
	if err != nil {
		return reportSource{}, fmt.Errorf("listing groups: %w", err)
	}
	rights, err := rightsOf(c.ctx, s.store, c.tenant)
	if err != nil {
		return reportSource{}, err
	}
	source := reportSource{state: access.State{Rights: rights}, vendors: map[string]string{}, team: map[string]api.TeamMember{}}
	for _, u := range users {
		source.state.Users = append(source.state.Users, access.StateUser{ID: u.ID, Email: u.Email, Name: u.FirstName + " " + u.LastName, Locked: u.Locked, GroupIDs: memberships[u.ID]})
	}
	for _, g := range groups {
		source.state.Groups = append(source.state.Groups, accessGroup(g))
		source.vendors[g.ID] = g.VendorID
	}
	source.groups = rights.Compile(source.state.Groups)
	if !c.holds(api.ScopeTeamRead) {
		return source, nil
	}
	members, err := s.teamDocuments(c)
	if err != nil {
		return reportSource{}, err
	}
	for _, m := range members {
		source.team[strings.ToLower(m.Email)] = m
	}
	return source, nil
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
	report.TeamRole, report.Products = member.Role, member.ProductRoles()
	return report
}
