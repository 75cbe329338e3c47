package client

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// decode parses the answer as JSON, strictly: a document with a member twice, or in
// another case, is ambiguous.
func decode[T any](r *request) (T, error) {
	var out T
	if err := r.checkSize(); err != nil {
		return out, err
	}
	if err := json.Unmarshal(r.body, &out); err != nil {
		return out, r.unusable(r.describe(err))
	}
	return out, nil
}

// decodeRows parses the answer as a list in which each row has a key.
func decodeRows[T any](r *request, key func(T) string) ([]T, error) {
	if err := r.checkSize(); err != nil {
		return nil, err
	}
	rows, seen := []T{}, map[string]int{}
	stream := jsontext.NewDecoder(bytes.NewReader(r.body))
	fail := func(err error) ([]T, error) { return nil, r.unusable(r.describe(err)) }
	if start, err := stream.ReadToken(); err != nil || start.Kind() != '[' {
		return fail(cmp.Or(err, errNoList))
	}
	for stream.PeekKind() != ']' {
		var row T
		if err := json.UnmarshalDecode(stream, &row); err != nil {
			return fail(err)
		}
		k := key(row)
		at, again := seen[k]
		switch {
		case k == "":
			return fail(errNoID)
		case again && !reflect.DeepEqual(rows[at], row):
			return fail(fmt.Errorf("it has two different rows with the id %q", shown(k)))
		case len(rows) == r.client.maxRows:
			return nil, r.unusable(tooManyRows(r.client.maxRows))
		}
		seen[k] = len(rows)
		rows = append(rows, row)
	}
	if _, err := stream.ReadToken(); err != nil {
		return fail(err)
	}
	if _, err := stream.ReadToken(); err != io.EOF { //nolint:errorlint // the decoder never wraps it
		return fail(cmp.Or(err, errNoList))
	}
	return rows, nil
}

// checkSize rejects an answer that is too large and was not read to its end.
func (r *request) checkSize() error {
	if int64(len(r.body)) > r.client.maxAnswer {
		return r.unusable(fmt.Errorf("the answer is larger than %d bytes", r.client.maxAnswer))
	}
	return nil
}

// describe returns an error that shows the answer instead of the expected JSON. The
// answer to a token request is not shown, because it may contain a token.
func (r *request) describe(err error) error {
	contentType := cmp.Or(shown(r.header.Get("Content-Type")), "no content type")
	if r.call.form != nil {
		return fmt.Errorf("%s with %s is not the expected JSON: %w", statusText(r.status), contentType, err)
	}
	text := r.redact(string(r.body))
	if len(text) > 200 {
		text = text[:200]
	}
	return fmt.Errorf("%s with %s is not the expected JSON: %w: %q", statusText(r.status), contentType, err, text)
}

// getOne reads a single document, which check must accept.
func getOne[T any](ctx context.Context, c *Client, path string, check func(T) error) (*T, error) {
	r, err := c.do(ctx, call{method: http.MethodGet, path: path, want: []int{http.StatusOK}})
	if err != nil {
		return nil, err
	}
	out, err := decode[T](r)
	if err != nil {
		return nil, err
	}
	if err := check(out); err != nil {
		return nil, r.unusable(r.describe(err))
	}
	return &out, nil
}

var (
	errNoID   = errors.New("it has no id")
	errNoList = errors.New("it is not a list")
)

// hasID returns a check that accepts the document with the id only.
func hasID[T any](key func(T) string, id string) func(T) error {
	return func(out T) error { return sameID(key(out), id) }
}

func sameID(got, want string) error {
	switch got {
	case "":
		return errNoID
	case want:
		return nil
	}
	return fmt.Errorf("it is about %q, but %q was requested", shown(got), shown(want))
}

// checkAnswerID checks that the answer to a write, if it has a body with an id, is
// about that id.
func checkAnswerID[T any](r *request, key func(T) string, id string) error {
	if len(r.body) == 0 {
		return nil
	}
	out, err := decode[T](r)
	if err == nil && key(out) != "" && key(out) != id {
		err = r.unusable(r.describe(sameID(key(out), id)))
	}
	return err
}

func createdID(c api.Created) string { return c.ID }

// create creates an object and returns its id, which must be the chosen one unless
// that is empty.
func (c *Client) create(ctx context.Context, call call, chosen string) (string, error) {
	call.method, call.want = http.MethodPost, []int{http.StatusCreated}
	r, err := c.do(ctx, call)
	if err != nil {
		return "", err
	}
	made, err := decode[api.Created](r)
	if err != nil {
		return "", err
	}
	if err := sameID(made.ID, cmp.Or(chosen, made.ID)); err != nil {
		return "", r.unusable(r.describe(err))
	}
	return made.ID, nil
}

// put creates or replaces the object with the id, and reports which.
func (c *Client) put(ctx context.Context, call call, id string) (created bool, err error) {
	call.method, call.want = http.MethodPut, []int{http.StatusCreated, http.StatusNoContent}
	r, err := c.do(ctx, call)
	if err == nil {
		err = checkAnswerID(r, createdID, id)
	}
	return err == nil && r.status == http.StatusCreated, err
}

// remove deletes the object at the path.
func (c *Client) remove(ctx context.Context, path string, force bool) error {
	call := call{method: http.MethodDelete, path: path, want: []int{http.StatusNoContent}}
	if force {
		call.query = url.Values{"forceDelete": {"true"}}
	}
	_, err := c.do(ctx, call)
	return err
}
