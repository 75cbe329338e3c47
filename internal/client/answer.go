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

// decode reads the answer as JSON, to the letter: a document that names a member
// twice, or in another case, could be read in two ways.
func decode[T any](r *request) (T, error) {
	var out T
	if err := r.whole(); err != nil {
		return out, err
	}
	if err := json.Unmarshal(r.body, &out); err != nil {
		return out, r.unusable(r.describe(err))
	}
	return out, nil
}

// decodeRows reads the answer as a list, each row of which has a key.
func decodeRows[T any](r *request, key func(T) string) ([]T, error) {
	if err := r.whole(); err != nil {
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
			return fail(fmt.Errorf("it has two different rows of the id %q", shown(k)))
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

// whole refuses an answer that was not read to its end.
func (r *request) whole() error {
	if int64(len(r.body)) > r.client.maxAnswer {
		return r.unusable(fmt.Errorf("the answer is larger than %d bytes", r.client.maxAnswer))
	}
	return nil
}

// describe says what came back instead of the expected JSON. The answer to a
// token request is not shown, since it may hold a token.
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

// one reads a single document, which must be the one that was asked for.
func one[T any](ctx context.Context, c *Client, path string, is func(T) error) (*T, error) {
	r, err := c.do(ctx, call{method: http.MethodGet, path: path, want: []int{http.StatusOK}})
	if err != nil {
		return nil, err
	}
	out, err := decode[T](r)
	if err != nil {
		return nil, err
	}
	if err := is(out); err != nil {
		return nil, r.unusable(r.describe(err))
	}
	return &out, nil
}

var (
	errNoID   = errors.New("it has no id")
	errNoList = errors.New("it is not one list")
)

// named accepts the document with the id, and no other.
func named[T any](key func(T) string, id string) func(T) error {
	return func(out T) error { return sameID(key(out), id) }
}

func sameID(got, want string) error {
	switch got {
	case "":
		return errNoID
	case want:
		return nil
	}
	return fmt.Errorf("it is about %q, and %q was asked for", shown(got), shown(want))
}

// concerns checks that the answer to a write, where it says anything, is about
// the id.
func concerns[T any](r *request, key func(T) string, id string) error {
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

// create makes something and returns its id, which is chosen where the caller
// chose one.
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

// put makes or replaces what the path names by the id, and reports which.
func (c *Client) put(ctx context.Context, call call, id string) (created bool, err error) {
	call.method, call.want = http.MethodPut, []int{http.StatusCreated, http.StatusNoContent}
	r, err := c.do(ctx, call)
	if err == nil {
		err = concerns(r, createdID, id)
	}
	return err == nil && r.status == http.StatusCreated, err
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
