package provider_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// passing changes with each write or with the clock, or with what a person has
// accepted elsewhere.
var passing = regexp.MustCompile(`"(version|modifiedAt|createdAt|joinedAt|validFrom)":("[^"]*"|\d+),?|"status":"(PROVISIONED|ACTIVE)",?`)

// dump returns everything that the tenant has, a line each: what it is, and its
// document. Ids of people are in it by e-mail address, so that somebody who is
// created again looks the same.
func dump(t testing.TB, c *client.Client) []string { return dumpOf(t, c, true) }

// dumpOf is dump, with or without what is granted, which are the longest lists.
func dumpOf(t testing.TB, c *client.Client, rights bool) []string {
	t.Helper()
	ctx := t.Context()
	var lines []string
	var err error
	add := func(what string, document any, more error) {
		if client.IsNotFound(more) {
			return
		}
		if more != nil {
			err = more
			return
		}
		lines = append(lines, what+" "+sorted(t, document))
	}
	names := dumpPeople(t, c, add)
	groups, failed := c.Groups(ctx)
	for _, g := range groups {
		if g.VendorID != "" { // the API has chosen the id
			names = append(names, g.ID, "<"+g.VendorID+" "+g.Name["en"]+">")
		}
		add("group", g, failed)
		if g.UserType != access.Customer { // whose members are no users of the tenant
			continue
		}
		members, failed := c.Members(ctx, g.ID)
		for _, m := range members {
			add("member of "+g.ID+":", m.UserID, failed)
		}
	}
	for what, key := range map[string]string{"restrictions": api.SettingRestrictions, "siteSync": api.SettingSiteSync, "languages": api.SettingLanguages, "domains": api.SettingEmailDomains} {
		setting, failed := c.Setting(ctx, key)
		if failed == nil && (key != api.SettingEmailDomains || string(setting.Value) != "[]") { // an empty list of domains is the same as none
			add(what, setting.Value, nil)
		}
	}
	if rights {
		dumpRights(t, c, add)
	}
	sites, failed := c.Sites(ctx, true)
	for _, s := range sites {
		add("site", s, failed)
	}
	vendors, failed := c.Vendors(ctx)
	for _, v := range vendors {
		add("vendor", v, failed)
	}
	products, failed := c.TeamProducts(ctx)
	for _, p := range products {
		if !p.Predefined {
			add("product", p, failed)
		}
	}
	organization, failed := c.MakeOrganization(ctx)
	add("make", organization, failed)
	if err != nil {
		t.Fatal(err)
	}
	named := strings.NewReplacer(names...)
	for i, line := range lines {
		lines[i] = passing.ReplaceAllString(named.Replace(line), "")
	}
	slices.Sort(lines)
	return lines
}

// dumpPeople adds users and members of the team, and returns their ids, each
// with its replacement.
func dumpPeople(t testing.TB, c *client.Client, add func(what string, document any, err error)) []string {
	t.Helper()
	var ids []string
	users, err := c.Users(t.Context())
	for _, u := range users {
		add("user", u, err)
		for _, group := range u.GroupIDs {
			add("member of "+group+":", u.ID, nil)
		}
		ids = append(ids, u.ID, "<"+u.ContactEmail+">")
	}
	team, failed := c.TeamMembers(t.Context())
	for _, m := range team {
		add("team", m, failed)
		ids = append(ids, m.ID, "<"+m.Email+">")
	}
	if err != nil || failed != nil {
		t.Fatal(err, failed)
	}
	return ids
}

// dumpRights adds the access controls, scopes and role templates of the tenant's
// own.
func dumpRights(t testing.TB, c *client.Client, add func(what string, document any, err error)) {
	t.Helper()
	controls, err := c.AccessControls(t.Context())
	for _, control := range controls {
		if !control.Predefined {
			add("control", control, err)
		}
	}
	scopes, failed := c.Scopes(t.Context())
	for _, scope := range scopes {
		if !scope.Predefined {
			add("scope", scope, failed)
		}
	}
	templates, missing := c.Templates(t.Context())
	for _, template := range templates {
		if _, predefined := access.TemplateByID(template.ID); !predefined {
			whole, missing := c.Template(t.Context(), template.ID)
			add("template", whole, missing)
		}
	}
	if err != nil || failed != nil || missing != nil {
		t.Fatal(err, failed, missing)
	}
}

// sorted is JSON with its keys, and lists of texts, in one order.
func sorted(t testing.TB, document any) string {
	t.Helper()
	text, err := json.Marshal(document)
	var plain any
	if err == nil {
		err = json.Unmarshal(text, &plain)
	}
	if err == nil {
		text, err = json.Marshal(inOrder(plain))
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func inOrder(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, item := range v {
			v[key] = inOrder(item)
		}
	case []any:
		slices.SortFunc(v, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	return v
}

// differences returns the lines of a dump that another one does not have.
func differences(of, from []string) string {
	rest := slices.Clone(from)
	var more []string
	for _, line := range of {
		if i := slices.Index(rest, line); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
			continue
		}
		more = append(more, line)
	}
	return strings.Join(more, "\n")
}
