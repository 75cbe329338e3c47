package client

import (
	"testing"

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
