package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// route is a page for signed-in people.
type route struct {
	pattern string // METHOD and the path below Path{tenant}/, such as "GET users/{id}"
	section string // of the navigation
	handle  func(*visit) error
}

// visit is a request of a signed-in person.
type visit struct {
	*console
	w       http.ResponseWriter
	r       *http.Request
	session *session
	section string
}

// client is that of the person: it may do what the person may do.
func (v *visit) client() *client.Client { return v.session.client }

// value returns a part of the path.
func (v *visit) value(name string) string { return v.r.PathValue(name) }

// form returns what was entered. The address of a form that saves may have an earlier preview.
func (v *visit) form() (url.Values, error) {
	if v.r.Method != http.MethodPost {
		return v.r.URL.Query(), nil
	}
	if err := v.r.ParseForm(); err != nil {
		return nil, wrongForm(err)
	}
	return v.r.PostForm, nil
}

// link returns the address of a page of the tenant, from the parts of its path.
func (v *visit) link(parts ...string) string {
	path := Path + v.session.tenant
	for _, part := range parts {
		path += "/" + url.PathEscape(part)
	}
	return path
}

// frame is what the templates of pages get. Its Content is the page's own.
type frame struct {
	Title   string
	Tenant  string
	Base    string // of the addresses of the tenant's pages; ends with a slash
	Person  person
	Dev     bool
	Write   bool // forms can save
	Blocks  bool // objects can be shown as configuration
	Nav     []navGroup
	Said    string // what the request before did
	Content any
}

// show writes a page. The title is the object's, or the page's.
func (v *visit) show(page, title string, content any) error {
	return v.showStatus(http.StatusOK, page, title, content)
}

func (v *visit) showStatus(status int, page, title string, content any) error {
	v.write(v.w, status, page, frame{
		Title: title, Tenant: v.session.tenant, Base: Path + v.session.tenant + "/", Person: v.session.person, Dev: v.session.dev,
		Write: v.o.Write, Blocks: v.o.Blocks != nil, Nav: v.nav(), Said: v.session.said(v.r.URL.EscapedPath()), Content: content,
	})
	return nil
}

// done ends a request that changed something: it says so on the page at the address.
func (v *visit) done(address, format string, args ...any) error {
	v.session.say(address, fmt.Sprintf(format, args...))
	http.Redirect(v.w, v.r, address, http.StatusSeeOther)
	return nil
}

// page returns the handler of a route. Without a session it asks the person to sign in.
func (c *console) page(p route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		tenant := r.PathValue("tenant")
		if !api.ValidTenant(tenant) {
			c.missing(w)
			return
		}
		s := c.sessions.of(r, tenant)
		if s == nil {
			c.askSignIn(w, r, tenant)
			return
		}
		v := &visit{console: c, w: w, r: r, session: s, section: p.section}
		if !v.may(p.section) {
			v.failed(notAllowed())
		} else if err := p.handle(v); err != nil {
			v.failed(err)
		}
		if r.Method == http.MethodPost {
			c.states.drop(s)
		}
	}
}

// problem is an error for the person, with its status.
type problem struct {
	status            int
	title, text, next string
}

// Error implements error.
func (p *problem) Error() string { return p.title + ": " + p.text }

// failed answers for an error.
func (v *visit) failed(err error) {
	if refused := answerOf(err); refused != nil && refused.StatusCode == http.StatusUnauthorized {
		// The token or the key was revoked, or the token has expired.
		v.sessions.end(v.r)
		v.askSignIn(v.w, v.r, v.session.tenant)
		return
	}
	p := problemOf(err)
	if p.status >= http.StatusInternalServerError {
		v.o.Logger.ErrorContext(v.r.Context(), "page failed", "route", v.r.Pattern, "cause", err.Error())
	}
	_ = v.showStatus(p.status, "problem.html", p.title, message{p.title, p.text, p.next})
}

// answerOf returns the answer that an error is about, also that to the request for a token;
// nil: there is none.
func answerOf(err error) *client.Error {
	if refused, ok := errors.AsType[*client.TokenError](err); ok {
		return refused.Answer
	}
	refused, _ := errors.AsType[*client.Error](err)
	return refused
}

// problemOf says what an error means for the person.
func problemOf(err error) *problem {
	refused := answerOf(err)
	told, is := errors.AsType[*problem](err)
	switch {
	case is:
		return told
	case client.IsNotFound(err):
		return &problem{http.StatusNotFound, "This does not exist", "It was deleted, or the address is wrong.", "Go back to the list."}
	case client.IsUnsupported(err):
		return &problem{http.StatusNotImplemented, "This API does not have it", err.Error(), ""}
	case client.IsForbidden(err):
		return notAllowed()
	case refused != nil && refused.StatusCode == http.StatusTooManyRequests:
		return &problem{http.StatusTooManyRequests, "Too many requests", "The API is busy, and nothing was changed.", "Wait a minute, and try again."}
	case refused != nil && refused.StatusCode < http.StatusInternalServerError:
		return &problem{http.StatusUnprocessableEntity, "The API refused this", sentence(refused), "Change what it names, and try again."}
	}
	return &problem{http.StatusBadGateway, "Something went wrong", "The API did not answer as it should.", "Try again in a minute."}
}

// notAllowed refuses a page that the person may not see.
func notAllowed() *problem {
	return &problem{http.StatusForbidden, "You may not see this", "Your rights do not include it.", "Ask an administrator for the right, or sign in as someone who has it."}
}

// sentence is what the API said.
func sentence(e *client.Error) string {
	text := strings.TrimSpace(e.Error())
	return strings.TrimSuffix(text, ".") + "."
}

// missing answers for an address that no page has.
func (c *console) missing(w http.ResponseWriter) {
	c.write(w, http.StatusNotFound, "message.html", message{"There is no such page", "The address is wrong, or the page does not exist any more.", ""})
}
