// Package integromat calls the API of Make, which was Integromat before, about
// the members of one organization. It is named for the former product because
// "make" is a built-in function of Go.
package integromat

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

const (
	// timeout limits one request.
	timeout = 15 * time.Second
	// maxResponse is the largest response body that is read, in bytes.
	maxResponse = 16 << 20
)

// Organization identifies an organization of Make, and holds the API key for it.
type Organization struct {
	BaseURL string // without a slash at its end
	Key     string
	ID      string
	// AllowHTTP lets the key travel without TLS.
	AllowHTTP bool
}

// Client calls the API of Make about one organization.
type Client struct {
	organization Organization
	http         *http.Client
}

// New returns a client that sends its requests through the transport.
func New(o Organization, transport http.RoundTripper) *Client {
	return &Client{organization: o, http: &http.Client{
		Transport:     transport,
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the key is for no other host
	}}
}

// Error is a response of Make with a status other than 2xx.
type Error struct {
	Status  int
	Code    string // such as SC403; "" without one
	Message string // an excerpt, safe to print
}

func (e *Error) Error() string {
	return strings.TrimSpace(fmt.Sprintf("Make answered %d %s %s", e.Status, http.StatusText(e.Status), e.Message))
}

// AboutOne reports whether the error concerns only the user of the request, so
// that requests for other users may still succeed.
func (e *Error) AboutOne() bool {
	return e.Status == http.StatusBadRequest || e.Status == http.StatusConflict || e.Status == http.StatusUnprocessableEntity
}

// Duplicate reports whether what the request creates exists already.
func (e *Error) Duplicate() bool {
	return e.Status == http.StatusConflict || e.Code == api.MakeDuplicate
}

// parseError reads an error document of Make: the detail says what happened, as a text or
// a list of texts, and the suberrors why; the message is general.
func parseError(status int, body []byte) *Error {
	var doc struct {
		api.MakeError

		Detail json.RawMessage `json:"detail"`
	}
	_ = json.Unmarshal(body, &doc) // it may not be JSON; a member of another type is skipped
	var detail string
	var details []string
	if json.Unmarshal(doc.Detail, &detail) == nil && detail != "" {
		details = []string{detail}
	} else {
		_ = json.Unmarshal(doc.Detail, &details)
	}
	for _, cause := range doc.Suberrors {
		details = append(details, cause.Message)
	}
	return &Error{Status: status, Code: doc.Code, Message: access.Excerpt(cmp.Or(strings.Join(details, "; "), doc.Message), 200)}
}

// request is one request to Make.
type request struct {
	method, path string
	query        url.Values
	body         any // nil for none
}

// do sends a request and decodes the response into out, unless out is nil.
func (c *Client) do(ctx context.Context, r request, out any) error {
	text, status, err := c.send(ctx, r)
	if err != nil {
		return err
	}
	if status < 200 || status > 299 {
		return parseError(status, text)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("Make answered %s %s with unexpected JSON: %w", r.method, r.path, err) //nolint:staticcheck // a name
	}
	return nil
}

// send sends a request and reads the response.
func (c *Client) send(ctx context.Context, r request) (text []byte, status int, err error) {
	var body io.Reader = http.NoBody
	if r.body != nil {
		text, err := json.Marshal(r.body)
		if err != nil {
			return nil, 0, fmt.Errorf("encoding a request to Make: %w", err)
		}
		body = bytes.NewReader(text)
	}
	if !c.organization.AllowHTTP && !strings.HasPrefix(c.organization.BaseURL, "https://") {
		return nil, 0, errors.New("calling Make: its address must begin with https://") // it was set while other schemes were allowed
	}
	target := c.organization.BaseURL + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	sent, err := http.NewRequestWithContext(ctx, r.method, target, body)
	if err != nil {
		return nil, 0, fmt.Errorf("calling Make: %w", err)
	}
	sent.Header.Set("Authorization", "Token "+c.organization.Key)
	sent.Header.Set("Accept", "application/json")
	sent.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(sent)
	if err != nil {
		return nil, 0, fmt.Errorf("calling Make: %w", err)
	}
	defer response.Body.Close()
	text, err = io.ReadAll(io.LimitReader(response.Body, maxResponse+1))
	if err != nil {
		return nil, 0, fmt.Errorf("reading the response of Make: %w", err)
	}
	if len(text) > maxResponse {
		return nil, 0, fmt.Errorf("Make answered %s %s with more than %d MB", r.method, r.path, maxResponse>>20) //nolint:staticcheck // a name
	}
	return text, response.StatusCode, nil
}

// Invite adds someone to the organization as a Member.
func (c *Client) Invite(ctx context.Context, email, name string) error {
	body := api.MakeInvite{Email: email, Name: cmp.Or(validName(name), "Member"), UsersRoleID: api.MakeRoleMember}
	return c.do(ctx, request{method: http.MethodPost, path: api.Path(api.PathMakeInvite, c.organization.ID), body: body}, nil)
}

// validName replaces the characters that Make refuses in a name with spaces.
func validName(name string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" '-.()*+,@_/", r) {
			return r
		}
		return ' '
	}, name))
}

// ValidName reports whether Make accepts the name of a user.
func ValidName(name string) bool { return name != "" && validName(name) == name }

// Remove removes a user from the organization. Make has no operation of its own
// for that: the user's role is changed to none.
func (c *Client) Remove(ctx context.Context, userID int64) error {
	path := api.Path(api.PathMakeUserRole, strconv.FormatInt(userID, 10), c.organization.ID)
	return c.do(ctx, request{method: http.MethodPost, path: path, body: api.MakeRoleChange{}}, nil)
}
