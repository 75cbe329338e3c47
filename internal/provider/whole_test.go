package provider_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// leavesATrace are the managed types that are not undone when they are
// destroyed: ownership of a team stays where it is.
var leavesATrace = map[string]bool{"iam_team_owner": true}

// One configuration uses every managed type: it is applied at once, plans empty
// after that, and leaves the tenant as it was before.
func TestAccWholeTenant(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	w := providertest.NewWorkspace(t, nil)
	for file, text := range examples(t, "scenarios/whole-tenant/*.tf") {
		w.Write(filepath.Base(file), text)
		for name := range schemas(t) {
			if typeName, managed := strings.CutPrefix(name, "resources/"); managed && !leavesATrace[typeName] && !strings.Contains(text, `resource "`+typeName+`"`) {
				t.Errorf("%s has no %s", file, typeName)
			}
		}
	}
	for argument, value := range b.Config {
		w.Setenv("IAM_"+strings.ToUpper(argument), fmt.Sprint(value))
	}
	before := dump(t, b.Client)
	w.Apply()
	w.NoChanges()
	if dump(t, b.Client) == before {
		t.Error("nothing was made")
	}
	w.MustRun("destroy", "-auto-approve", "-no-color")
	if after := dump(t, b.Client); after != before {
		t.Errorf("the tenant was\n%s\nand is\n%s", before, after)
	}
}

// counted changes with each write, also where what is written is the same.
var counted = regexp.MustCompile(`"(version|modifiedAt)":("[^"]*"|\d+),?`)

// dump returns everything that the tenant has.
func dump(t *testing.T, c *client.Client) string {
	t.Helper()
	ctx := t.Context()
	groups, err := c.Groups(ctx)
	lists := []any{groups}
	add := func(list any, more error) {
		lists = append(lists, list)
		if more != nil {
			err = more
		}
	}
	for _, g := range groups {
		add(c.Members(ctx, g.ID))
	}
	for _, key := range []string{api.SettingRestrictions, api.SettingSiteSync, api.SettingLanguages} {
		add(c.Setting(ctx, key))
	}
	add(c.Users(ctx))
	add(c.AccessControls(ctx))
	add(c.Scopes(ctx))
	add(c.Templates(ctx))
	add(c.Sites(ctx, true))
	add(c.Vendors(ctx))
	add(c.TeamMembers(ctx))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(lists)
	if err != nil {
		t.Fatal(err)
	}
	return counted.ReplaceAllString(string(text), "")
}
