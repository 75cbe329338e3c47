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
)

// strict makes the library check all that it can. Defaults stay out: filling
// them in would change the request.
var strict = func() *openapi3filter.Options {
	o := &openapi3filter.Options{
		IncludeResponseStatus: true, MultiError: true, SkipSettingDefaults: true, AuthenticationFunc: holdsScopes,
	}
	o.WithCustomSchemaErrorFunc(func(err *openapi3.SchemaError) string {
		return fmt.Sprintf("at /%s: %s", strings.Join(err.JSONPointer(), "/"), err.Reason)
	})
	return o
}()

// Of JSON Lines, which the library does not know, each line is an item of a list.
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

// problems are what is wrong with an exchange. The request of one that was
// refused may be broken: tests do that on purpose.
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
			problems = append(problems, fmt.Errorf("the request was taken, but %w", err))
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
		problems = append(problems, fmt.Errorf("there must be no body, not %s", short(e.answer.Bytes())))
	}
	return problems
}

// unchanged returns what is wrong with the answer that a page of a list is as
// the client has it, which no operation declares by itself.
func unchanged(e *exchange) []error {
	tag := e.header.Get("ETag")
	if e.request.Method != http.MethodGet || tag == "" || !strings.Contains(e.request.Header.Get("If-None-Match"), tag) || e.answer.Len() > 0 {
		return []error{fmt.Errorf("nothing asked whether it is still %q, or there is a body: %s", tag, short(e.answer.Bytes()))}
	}
	return nil
}

// request returns a copy of the request whose body can be read once more. A
// body without a type has the one that the operation takes, as for the server.
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

// holdsScopes reports a request that was taken without the scopes that its
// operation asks for.
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

// stray returns what is wrong with the answer to a request that no operation
// of the description answers: it must be refused with an error document, or
// sent to the clean form of its path.
func (d *description) stray(e *exchange) []error {
	switch e.status {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return nil
	default:
		return []error{errors.New("there is no such operation, so that it must be 404 or 405")}
	}
	var body any
	if err := json.Unmarshal(e.answer.Bytes(), &body); err != nil {
		return []error{fmt.Errorf("the body is no JSON: %s", short(e.answer.Bytes()))}
	}
	schema := "Error"
	if path := e.request.URL.Path; strings.HasPrefix(path, "/configuration/") || strings.HasPrefix(path, "/site/") {
		schema = "ServiceError"
	}
	if err := d.doc.Components.Schemas[schema].Value.VisitJSON(body); err != nil {
		return []error{fmt.Errorf("the body is no %s: %s", schema, short(e.answer.Bytes()))}
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
