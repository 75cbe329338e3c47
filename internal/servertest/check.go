package servertest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/golang-jwt/jwt/v5"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// strict makes the library check all that it can. It does not fill in defaults, which would
// change the request.
var strict = func() *openapi3filter.Options {
	o := &openapi3filter.Options{
		IncludeResponseStatus: true, MultiError: true, SkipSettingDefaults: true, AuthenticationFunc: holdsScopes,
	}
	o.WithCustomSchemaErrorFunc(func(err *openapi3.SchemaError) string {
		return fmt.Sprintf("at /%s: %s", strings.Join(err.JSONPointer(), "/"), err.Reason)
	})
	return o
}()

// The library does not know JSON Lines: each line becomes an item of a list.
func init() {
	openapi3filter.RegisterBodyDecoder("application/x-ndjson", func(body io.Reader, _ http.Header, _ *openapi3.SchemaRef, _ openapi3filter.EncodingFn) (any, error) {
		items, lines := []any{}, json.NewDecoder(body)
		for {
			var item any
			if err := lines.Decode(&item); errors.Is(err, io.EOF) {
				return items, nil
			} else if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
	})
}

// problems returns the faults of an exchange. A refused request may be invalid: tests send
// such requests on purpose.
func (o *operation) problems(e *exchange, values []string) []error {
	input := &openapi3filter.RequestValidationInput{
		Request: o.request(e), PathParams: map[string]string{}, Route: &o.Route, Options: strict,
	}
	for i, name := range o.parameters {
		input.PathParams[name] = values[i]
	}
	var problems []error
	if e.status < http.StatusMultipleChoices {
		if err := openapi3filter.ValidateRequest(context.Background(), input); err != nil {
			problems = append(problems, fmt.Errorf("the request was accepted, but %w", err))
		}
	}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: e.status, Header: e.header, Options: strict,
	}
	answer.SetBodyBytes(e.answer.Bytes())
	if err := openapi3filter.ValidateResponse(context.Background(), answer); err != nil {
		problems = append(problems, fmt.Errorf("%w; the body is %s", err, short(e.answer.Bytes())))
	}
	if r := o.Operation.Responses.Status(e.status); r != nil && len(r.Value.Content) == 0 && e.answer.Len() > 0 {
		problems = append(problems, fmt.Errorf("the body must be empty, not %s", short(e.answer.Bytes())))
	}
	return problems
}

// unchanged returns the faults of a 304 response for a page of a list, which operations do not
// declare.
func unchanged(e *exchange) []error {
	tag := e.header.Get("ETag")
	if e.request.Method != http.MethodGet || tag == "" || !strings.Contains(e.request.Header.Get("If-None-Match"), tag) || e.answer.Len() > 0 {
		return []error{fmt.Errorf("the request has no If-None-Match with %q, or the response has a body: %s", tag, short(e.answer.Bytes()))}
	}
	return nil
}

// request returns a copy of the request with a body that can be read again. As in the server, a
// body without a media type has the one of the operation.
func (o *operation) request(e *exchange) *http.Request {
	r := e.request.Clone(context.Background())
	r.Body = io.NopCloser(bytes.NewReader(e.sent.Bytes()))
	if b := o.Operation.RequestBody; b != nil && r.Header.Get("Content-Type") == "" && len(b.Value.Content) == 1 {
		for kind := range b.Value.Content {
			r.Header.Set("Content-Type", kind)
		}
	}
	return r
}

// holdsScopes reports a request that was accepted without the scopes of its operation.
func holdsScopes(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	var claims struct {
		jwt.RegisteredClaims

		Scope string `json:"scope"`
	}
	token, _ := strings.CutPrefix(in.RequestValidationInput.Request.Header.Get("Authorization"), "Bearer ")
	// The server has verified it.
	if _, _, err := jwt.NewParser().ParseUnverified(token, &claims); err != nil {
		return fmt.Errorf("the token cannot be read: %w", err)
	}
	held := strings.Fields(claims.Scope)
	for _, scope := range in.Scopes {
		if !slices.Contains(held, scope) {
			return fmt.Errorf("the token has no %s, only %s", scope, claims.Scope)
		}
	}
	return nil
}

// stray returns the faults of the response to a request without an operation in the
// description: it must be an error document.
func (d *description) stray(e *exchange) []error {
	switch e.status {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
	default:
		return []error{errors.New("the description has no such operation: the status must be 404 or 405")}
	}
	var body any
	if err := json.Unmarshal(e.answer.Bytes(), &body); err != nil {
		return []error{fmt.Errorf("the body is not JSON: %s", short(e.answer.Bytes()))}
	}
	schema := "Error"
	switch path := e.request.URL.Path; {
	case strings.HasPrefix(path, "/configuration/"), strings.HasPrefix(path, "/site/"):
		schema = "ServiceError"
	case strings.HasPrefix(path, api.PathMakeAPI):
		schema = "MakeError"
	}
	if err := d.doc.Components.Schemas[schema].Value.VisitJSON(body); err != nil {
		return []error{fmt.Errorf("the body is not of the schema %s: %s", schema, short(e.answer.Bytes()))}
	}
	return nil
}

// short quotes a body, or its start.
func short(body []byte) string {
	const most = 400
	if len(body) > most {
		return string(body[:most]) + "..."
	}
	return string(bytes.TrimSpace(body))
}
