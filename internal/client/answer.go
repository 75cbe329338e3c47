package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// decode reads the answer as JSON.
func decode[T any](x *exchange) (T, error) {
	var out T
	if int64(len(x.body)) > x.client.maxAnswer {
		return out, x.unusable(fmt.Errorf("the answer is larger than %d bytes", x.client.maxAnswer))
	}
	if err := json.Unmarshal(x.body, &out); err != nil {
		return out, x.unusable(x.describe(err))
	}
	return out, nil
}

// describe says what came back instead of the expected JSON. The answer to a
// token request is not shown, since it may hold a token.
func (x *exchange) describe(err error) error {
	contentType := x.header.Get("Content-Type")
	if contentType == "" {
		contentType = "no content type"
	}
	if x.call.form != nil {
		return fmt.Errorf("%s with %s is not the expected JSON: %w", statusText(x.status), contentType, err)
	}
	text := x.redact(string(x.body))
	if len(text) > 200 {
		text = text[:200]
	}
	return fmt.Errorf("%s with %s is not the expected JSON: %w: %q", statusText(x.status), contentType, err, text)
}

// one reads a single document, which must have an id.
func one[T any](ctx context.Context, c *Client, path string, id func(T) string) (*T, error) {
	x, err := c.do(ctx, call{method: http.MethodGet, path: path, want: []int{http.StatusOK}})
	if err != nil {
		return nil, err
	}
	out, err := decode[T](x)
	if err != nil {
		return nil, err
	}
	if id(out) == "" {
		return nil, x.unusable(x.describe(errNoID))
	}
	return &out, nil
}

var errNoID = errors.New("it has no id")

// create makes something and returns its id.
func (c *Client) create(ctx context.Context, call call) (string, error) {
	call.method, call.want = http.MethodPost, []int{http.StatusCreated}
	x, err := c.do(ctx, call)
	if err != nil {
		return "", err
	}
	made, err := decode[api.Created](x)
	if err != nil {
		return "", err
	}
	if made.ID == "" {
		return "", x.unusable(x.describe(errNoID))
	}
	return made.ID, nil
}

// put makes or replaces what the path names, and reports which.
func (c *Client) put(ctx context.Context, path string, body any) (created bool, err error) {
	x, err := c.do(ctx, call{
		method: http.MethodPut, path: path, body: body, want: []int{http.StatusCreated, http.StatusNoContent},
	})
	return err == nil && x.status == http.StatusCreated, err
}

// remove deletes what the path names.
func (c *Client) remove(ctx context.Context, path string, force bool) error {
	call := call{method: http.MethodDelete, path: path, want: []int{http.StatusNoContent}}
	if force {
		call.query = url.Values{"forceDelete": {"true"}}
	}
	_, err := c.do(ctx, call)
	return err
}
