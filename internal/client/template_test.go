package client

import (
	"maps"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Only an answer about the path itself says that the API lacks it.
func TestTemplate_unsupported(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		body   string
		want   bool
	}{
		{404, `{"code": 404, "status": "Not Found", "message": "Unknown path"}`, true},
		{404, `{}`, true},
		{404, `<html>`, true},
		{404, `{"code": 404, "status": "Not Found", "message": "No such template", "resourceId": "t"}`, false},
		{405, `{}`, true},
		{400, `{"code": 404}`, false},
		{403, `{}`, false},
	} {
		caller := newTestClient(t, answer(c.status, c.body))
		_, read := caller.Template(t.Context(), "t")
		_, put := caller.PutTemplate(t.Context(), "t", api.TemplateUpdate{})
		for _, err := range []error{read, put, caller.DeleteTemplate(t.Context(), "t")} {
			if err == nil || IsUnsupported(err) != c.want || c.want && IsNotFound(err) {
				t.Errorf("%d %s: want unsupported %t: %v", c.status, c.body, c.want, err)
			}
		}
	}
}

// What a template withholds stays withheld in the groups that refer to it,
// unless they or another template give it.
func TestAccessGroup_withheld(t *testing.T) {
	t.Parallel()
	products := access.ControlIDs(access.FromMap(map[string]access.Level{"products": access.Manage}))
	media := access.ControlIDs(access.FromMap(map[string]access.Level{"media": access.Read}))
	templates := []api.Template{
		{ID: "less", AccessControls: products, Withheld: []string{"media", "prices"}},
		{ID: "media", AccessControls: media},
	}
	bare := map[string]access.Level{"products": access.Manage, "availability": access.Manage}
	withMedia := map[string]access.Level{"products": access.Manage, "availability": access.Manage, "media": access.Read}
	for _, c := range []struct {
		name  string
		group api.Group
		want  map[string]access.Level
	}{
		{"the template alone", api.Group{Templates: []string{"less"}}, bare},
		{"its own controls give it", api.Group{Templates: []string{"less"}, AccessControls: media}, withMedia},
		{"another template gives it", api.Group{Templates: []string{"less", "media"}}, withMedia},
		{"what the template gives it cannot withhold", api.Group{Templates: []string{"less"}, Mixins: api.MixinsWithheld(nil, []string{"availability"})}, bare},
	} {
		if got := AccessGroup(c.group, templates).Access().Map(); !maps.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
