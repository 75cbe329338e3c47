package client

import (
	"context"
	"errors"
	"net/http"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Template returns one role template with its definition. IsUnsupported holds for
// the error if the API only lists templates.
func (c *Client) Template(ctx context.Context, id string) (*api.TemplateDefinition, error) {
	t, err := getOne(ctx, c, c.path(api.PathTemplate, id), hasID(func(t api.TemplateDefinition) string { return t.ID }, id))
	return t, templateError(err)
}

// PutTemplate creates a role template or replaces it: created reports which. It
// fails as Template does.
func (c *Client) PutTemplate(ctx context.Context, id string, template api.TemplateUpdate) (created bool, err error) {
	created, err = c.put(ctx, call{path: c.path(api.PathTemplate, id), body: template}, id)
	return created, templateError(err)
}

// DeleteTemplate deletes a role template. If groups or other templates use it, it
// stays and the status is 400. It fails as Template does.
func (c *Client) DeleteTemplate(ctx context.Context, id string) error {
	return templateError(c.remove(ctx, c.path(api.PathTemplate, id), false))
}

// templateError distinguishes an API without the route from one that lacks the
// template: only the latter names the template in its answer.
func templateError(err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.StatusCode != http.StatusMethodNotAllowed && (e.StatusCode != http.StatusNotFound || e.Document.ResourceID != "") {
		return err
	}
	return &UnsupportedError{What: "custom role templates", Answer: e}
}
