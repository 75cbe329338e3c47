package server

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
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
			return c.writeCSV([]byte(access.ReportCSV(rows)))
		}
		return c.write(http.StatusOK, source.toWire(user, rows))
	}
	return nil
}

// handleReport answers GET /iam/{tenant}/report: the report of every employee,
// ordered by e-mail.
func (s *Server) handleReport(c *call) error {
	users, _, err := s.store.Users(c.ctx, c.tenant, store.Page{})
	if err != nil {
		return fmt.Errorf("listing users: %w", err)
	}
	source, err := s.reportSource(c, users...)
	if err != nil {
		return err
	}
	if c.wantsCSV() {
		var table bytes.Buffer
		_ = access.WriteReviewCSV(&table, source.state) // a bytes.Buffer never fails
		return c.writeCSV(table.Bytes())
	}
	reports := make([]api.UserReport, 0, len(source.state.Users))
	for user, rows := range access.Reports(source.state) {
		reports = append(reports, source.toWire(user, rows))
	}
	return c.write(http.StatusOK, reports)
}

// reportSource is what reports are made of.
type reportSource struct {
	state   access.State
	vendors map[string]string         // of groups
	team    map[string]api.TeamMember // by e-mail in lower case; empty when the token may not read it
}

// reportSource reads what reports of the users are made of.
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
	templates, err := s.store.Templates(c.ctx, c.tenant)
	if err != nil {
		return reportSource{}, fmt.Errorf("listing templates: %w", err)
	}
	custom, err := customScopes(c.ctx, s.store, c.tenant)
	if err != nil {
		return reportSource{}, err
	}
	source := reportSource{state: access.State{Make: access.MakeState{Scopes: custom}}, vendors: map[string]string{}, team: map[string]api.TeamMember{}}
	for _, u := range users {
		source.state.Users = append(source.state.Users, access.StateUser{ID: u.ID, Email: u.Email, Name: u.FirstName + " " + u.LastName, Locked: u.Locked, GroupIDs: memberships[u.ID]})
	}
	for _, g := range groups {
		source.state.Groups = append(source.state.Groups, accessGroup(g, templates))
		source.vendors[g.ID] = g.VendorID
	}
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

// accessGroup is a group as the access rules see it, with the levels of the
// templates that it refers to.
func accessGroup(g store.Group, templates []store.Template) access.Group {
	var mixins api.Group
	_ = json.Unmarshal([]byte(g.Mixins), &mixins.Mixins) // empty for none
	result := access.Group{ID: g.ID, Controls: g.AccessControls, Withheld: mixins.Withheld(), Restrictions: g.Restrictions}
	for _, t := range templates {
		if slices.Contains(g.Templates, t.ID) {
			withheld := access.Withheld(access.Carried(t.AccessControls))
			result.Templates = append(result.Templates, access.FromControls(t.AccessControls, withheld))
			result.Withheld = append(result.Withheld, withheld...)
		}
	}
	return result
}

// wantsCSV reports whether the request names text/csv before any other media
// type that it takes. JSON is for all others.
func (c *call) wantsCSV() bool {
	first, _, _ := strings.Cut(c.r.Header.Get("Accept"), ",")
	kind, _, err := mime.ParseMediaType(first)
	return err == nil && kind == "text/csv"
}

// writeCSV answers with a table.
func (c *call) writeCSV(table []byte) error {
	c.w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(table) // the caller went away; nothing to add
	return nil
}

// toWire presents the report of a user.
func (s reportSource) toWire(u access.StateUser, rows []access.Row) api.UserReport {
	report := api.UserReport{
		UserID: u.ID, Email: u.Email, Name: u.Name, Locked: u.Locked,
		GroupIDs: orEmpty(u.GroupIDs), MakeRoles: orEmpty(s.state.MakeRoles(u)), Rows: make([]api.ReportRow, len(rows)),
	}
	for i, r := range rows {
		report.Rows[i] = api.ReportRow{
			Category: r.Category, Entity: r.Entity, EntityLabel: r.EntityLabel, Level: r.Level.String(),
			Restrictions: orEmpty(r.Restrictions), RestrictionAware: r.RestrictionAware,
			GrantedBy: r.GrantedBy, Source: string(r.Source),
		}
	}
	for _, id := range u.GroupIDs {
		report.VendorID = cmp.Or(report.VendorID, s.vendors[id])
	}
	member := s.team[strings.ToLower(u.Email)]
	report.TeamRole, report.Products = member.Role, member.ProductRoles()
	return report
}
