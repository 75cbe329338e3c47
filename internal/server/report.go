package server

import (
	"bytes"
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
	state, err := s.accessState(c, u)
	if err != nil {
		return err
	}
	for user, rows := range access.Reports(state) {
		if c.wantsCSV() {
			return c.writeCSV([]byte(access.ReportCSV(rows)))
		}
		return c.write(http.StatusOK, reportToWire(user, rows))
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
	state, err := s.accessState(c, users...)
	if err != nil {
		return err
	}
	if c.wantsCSV() {
		var table bytes.Buffer
		_ = access.WriteReviewCSV(&table, state) // a bytes.Buffer never fails
		return c.writeCSV(table.Bytes())
	}
	reports := make([]api.UserReport, 0, len(state.Users))
	for user, rows := range access.Reports(state) {
		reports = append(reports, reportToWire(user, rows))
	}
	return c.write(http.StatusOK, reports)
}

// accessState reads what the access rules need to know of the users.
func (s *Server) accessState(c *call, users ...store.User) (access.State, error) {
	ids := make([]string, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	memberships, err := s.store.GroupIDs(c.ctx, c.tenant, ids)
	if err != nil {
		return access.State{}, fmt.Errorf("reading memberships: %w", err)
	}
	groups, err := s.store.Groups(c.ctx, c.tenant)
	if err != nil {
		return access.State{}, fmt.Errorf("listing groups: %w", err)
	}
	templates, err := s.store.Templates(c.ctx, c.tenant)
	if err != nil {
		return access.State{}, fmt.Errorf("listing templates: %w", err)
	}
	var state access.State
	for _, u := range users {
		state.Users = append(state.Users, access.StateUser{ID: u.ID, Email: u.Email, Name: u.FirstName + " " + u.LastName, Locked: u.Locked, GroupIDs: memberships[u.ID]})
	}
	for _, g := range groups {
		state.Groups = append(state.Groups, accessGroup(g, templates))
	}
	return state, nil
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

// reportToWire presents the report of a user.
func reportToWire(u access.StateUser, rows []access.Row) api.UserReport {
	report := api.UserReport{
		UserID: u.ID, Email: u.Email, Name: u.Name, Locked: u.Locked,
		GroupIDs: orEmpty(u.GroupIDs), Rows: make([]api.ReportRow, len(rows)),
	}
	for i, r := range rows {
		report.Rows[i] = api.ReportRow{
			Category: r.Category, Entity: r.Entity, EntityLabel: r.EntityLabel, Level: r.Level.String(),
			Restrictions: orEmpty(r.Restrictions), RestrictionAware: r.RestrictionAware,
			GrantedBy: r.GrantedBy, Source: string(r.Source),
		}
	}
	return report
}
