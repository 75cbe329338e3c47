package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/door"
	"github.com/access-config/terraform-provider-iam/internal/server/gate"
)

// call is one request in a handler.
type call struct {
	w      http.ResponseWriter
	r      *http.Request
	ctx    context.Context
	room   *gate.Work
	body   []byte
	leave  func()   // releases the place among the requests in progress
	held   []func() // release the memory
	tenant string   // of the path; after authorize, also of the token

	figures *figures

	// Of the token.
	scopes   []string
	subject  string          // the id of the user, or of the API key
	userType access.UserType // empty for an API key
	tested   bool            // a test token: another caller acts as the subject
}

// value returns a segment of the path, unescaped.
func (c *call) value(name string) string { return c.r.PathValue(name) }

// query returns a query parameter, or "".
func (c *call) query(name string) string { return c.r.URL.Query().Get(name) }

// flag reads a boolean query parameter; absent is false.
func (c *call) flag(name string) (bool, error) {
	switch strings.ToLower(c.query(name)) {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, badRequest(fmt.Sprintf("%s must be true or false, not %q", name, c.query(name)))
}

// decode reads the body into v, a pointer to a struct. It ignores members that v does not
// have, because clients send back all that they have read. The required members must be
// present and not null.
func (c *call) decode(v any, required ...string) error {
	if !bytes.HasPrefix(bytes.TrimLeft(c.body, " \t\r\n"), []byte("{")) {
		return badRequest("The body must be a JSON object")
	}
	err := door.Check(c.body, reflect.TypeOf(v), required...)
	if missing, ok := errors.AsType[door.Missing](err); ok {
		var causes []api.ServiceDetail
		for _, name := range missing {
			causes = append(causes, missingMember("", name))
		}
		return invalid("The body is incomplete", causes...)
	}
	if err != nil {
		return badRequest("The body is refused", err.Error())
	}
	return c.unmarshal(v)
}

// decodeList reads the body into v, a pointer to a list of structs, as decode reads one.
func (c *call) decodeList(v any, required ...string) error {
	var items []map[string]json.RawMessage
	if err := json.Unmarshal(c.body, &items); err != nil || items == nil {
		return badRequest("The body must be a JSON array of objects, even for one")
	}
	if err := door.Check(c.body, reflect.TypeOf(v)); err != nil {
		return badRequest("The body is refused", err.Error())
	}
	var missing []api.ServiceDetail
	for i, members := range items {
		for _, cause := range missingMembers(fmt.Sprintf("[%d].", i), members, required) {
			cause.Message = fmt.Sprintf("Item %d: %s", i+1, cause.Message)
			missing = append(missing, cause)
		}
	}
	if len(missing) > 0 {
		return invalid("The body is incomplete", missing...)
	}
	return c.unmarshal(v)
}

func (c *call) unmarshal(v any) error {
	if err := json.Unmarshal(c.body, v); err != nil {
		return invalid("The body has a member of the wrong type", typeMistake(err))
	}
	return nil
}

// missingMembers returns a cause for each required member that is missing or null. The
// prefix is the path of the object.
func missingMembers(prefix string, members map[string]json.RawMessage, required []string) []api.ServiceDetail {
	var missing []api.ServiceDetail
	for _, name := range required {
		if raw, ok := members[name]; !ok || bytes.Equal(raw, []byte("null")) {
			missing = append(missing, missingMember(prefix, name))
		}
	}
	return missing
}

func missingMember(prefix, name string) api.ServiceDetail {
	return api.ServiceDetail{Field: prefix + name, Type: api.DetailMissing, Message: "Required member is missing: " + name}
}

// typeMistake says which member has the wrong type, in the terms of JSON, not Go.
func typeMistake(err error) api.ServiceDetail {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return api.ServiceDetail{Field: wrong.Field, Type: api.DetailType, Message: fmt.Sprintf("%s must not be a %s", wrong.Field, wrong.Value)}
	}
	return api.ServiceDetail{Message: err.Error()}
}

// write responds with a JSON document.
func (c *call) write(status int, v any) error {
	body, err := encode(v)
	if err != nil {
		return err
	}
	c.send(status, body)
	return nil
}

func encode(v any) ([]byte, error) {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encoding the answer: %w", err)
	}
	return body.Bytes(), nil
}

func (c *call) send(status int, body []byte) {
	c.rest()
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(status)
	_, _ = c.w.Write(body) // an error means that the caller went away
}

// brokenOff is the error that aborts a response that has begun.
type brokenOff struct{ error }

// Unwrap returns the cause.
func (e brokenOff) Unwrap() error { return e.error }

// stream responds with a document that is written while it is generated. An error aborts
// the response, which must not pass for a complete one.
func (c *call) stream(contentType string, write func(w io.Writer) error) error {
	c.rest()
	c.w.Header().Set("Content-Type", contentType)
	c.w.WriteHeader(http.StatusOK)
	buffered := bufio.NewWriterSize(c.w, 64<<10)
	err := write(buffered)
	if err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		return brokenOff{err}
	}
	return nil
}

// changed responds without a document, as the site service does.
func (c *call) changed() error {
	c.w.WriteHeader(http.StatusOK)
	return nil
}

// done responds without a document.
func (c *call) done() error {
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
