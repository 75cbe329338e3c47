package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

const (
	pathStart   = Path + "{$}"
	pathSignIn  = Path + "{tenant}/sign-in"
	pathSignOut = Path + "{tenant}/sign-out"
	pathDev     = Path + "{tenant}/sign-in-as"
)

// signIn is the content of the page that asks people to sign in.
type signIn struct {
	Tenant string
	Said   string // why they are asked
	Wrong  string // what was wrong with the key
	KeyID  string // that was wrong
	Links  bool   // the backend sends links
	Dev    bool   // anyone may sign in as anyone
	Key    bool   // API keys can be used
	To     string // the address of the page that was asked for; empty: the first one
}

// start is the content of the page that asks for a tenant.
type start struct {
	Wrong, Tenant string
}

// handleStart shows the tenant, or asks for one.
func (c *console) handleStart(w http.ResponseWriter, r *http.Request) {
	tenant := strings.ToLower(strings.TrimSpace(r.URL.Query().Get("tenant")))
	if tenant == "" {
		tenant = c.o.Tenant
	}
	switch {
	case tenant == "":
		c.write(w, http.StatusOK, "start.html", start{})
	case !api.ValidTenant(tenant):
		c.write(w, http.StatusUnprocessableEntity, "start.html", start{"A tenant has 3 to 16 letters and digits, and begins with a letter.", tenant})
	default:
		http.Redirect(w, r, Path+tenant+"/", http.StatusSeeOther)
	}
}

// handleTenant shows the first page of a tenant.
func (c *console) handleTenant(w http.ResponseWriter, r *http.Request) {
	tenant := r.PathValue("tenant")
	s := c.sessions.of(r, tenant)
	switch {
	case !api.ValidTenant(tenant):
		c.missing(w)
	case s == nil:
		c.askSignIn(w, r, tenant)
	case s.holds(api.ScopeUserRead):
		http.Redirect(w, r, Path+tenant+"/users", http.StatusSeeOther)
	default:
		http.Redirect(w, r, Path+tenant+"/me", http.StatusSeeOther)
	}
}

// askSignIn shows the page to sign in with, instead of the one that was asked for.
func (c *console) askSignIn(w http.ResponseWriter, r *http.Request, tenant string) {
	page := c.signIn(tenant, "")
	if _, err := r.Cookie(sessionCookie); err == nil {
		page.Said = "Your session has ended."
	}
	if page.To = returnAddress(w, r); r.Method == http.MethodPost {
		page.Said = "Your session has ended, and nothing was saved."
		if strings.Contains(page.To, "?") {
			page.Said += " Sign in to see what you entered again."
		}
	}
	c.write(w, http.StatusUnauthorized, "sign-in.html", page)
}

func (c *console) signIn(tenant, said string) signIn {
	return signIn{Tenant: tenant, Said: said, Links: c.o.Links, Dev: c.o.As != nil, Key: c.o.Operator == nil}
}

// handleSignIn shows the page to sign in with.
func (c *console) handleSignIn(w http.ResponseWriter, r *http.Request) {
	if tenant := r.PathValue("tenant"); api.ValidTenant(tenant) {
		c.write(w, http.StatusOK, "sign-in.html", c.signIn(tenant, ""))
		return
	}
	c.missing(w)
}

// handleKey signs in with an API key.
func (c *console) handleKey(w http.ResponseWriter, r *http.Request) {
	tenant := r.PathValue("tenant")
	if !api.ValidTenant(tenant) || c.o.Operator != nil {
		c.missing(w)
		return
	}
	id, secret := strings.TrimSpace(r.PostFormValue("client_id")), strings.TrimSpace(r.PostFormValue("client_secret"))
	page := c.signIn(tenant, "")
	page.KeyID, page.To = id, r.PostFormValue("to")
	s, err := c.withKey(r, tenant, id, secret)
	if err != nil {
		page.Wrong = keyProblem(err)
		c.write(w, http.StatusUnprocessableEntity, "sign-in.html", page)
		return
	}
	c.begin(w, r, s)
}

// withKey returns a session that has an API key.
func (c *console) withKey(r *http.Request, tenant, id, secret string) (*session, error) {
	if id == "" || secret == "" {
		return nil, errors.New("enter the id and the secret of the key")
	}
	// The request for the token comes from the person, who may be guessing.
	o := c.options(r, tenant)
	o.ClientID, o.ClientSecret = id, secret
	guess, err := client.New(o)
	if err != nil {
		return nil, err
	}
	scopes, err := guess.GrantedScopes(r.Context())
	if err != nil {
		return nil, err
	}
	// A key gets its token whatever the tenant is; the token is good for one.
	switch _, _, err := guess.UserPage(r.Context(), client.Page{Number: 1, Size: 1}); {
	case client.IsUnauthorized(err):
		return nil, errors.New("the key belongs to another tenant")
	case err != nil && !client.IsForbidden(err):
		return nil, err
	}
	o.Transport = c.o.Transport
	own, err := client.New(o)
	return &session{tenant: tenant, client: own, person: person{Name: "API key", Note: id}, scopes: scopes}, err
}

// keyProblem says why a key gives no session.
func keyProblem(err error) string {
	refused := answerOf(err)
	switch {
	case refused != nil && refused.StatusCode == http.StatusTooManyRequests:
		return "There were too many attempts. Wait a minute, and try again."
	case refused != nil && refused.StatusCode < http.StatusInternalServerError:
		return "There is no such key for this tenant. Check the id and the secret."
	case refused != nil:
		return "The API did not answer. Try again in a minute."
	}
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// withToken returns a session of a user who has a token.
func (c *console) withToken(ctx context.Context, tenant string, token api.Token, userID string) (*session, error) {
	none := 0
	own, err := client.New(client.Options{
		BaseURL: c.o.BaseURL, Tenant: tenant, AccessToken: token.AccessToken, MaxRetries: &none, RequestTimeout: pageTime, Transport: c.o.Transport,
	})
	if err != nil {
		return nil, err
	}
	s := &session{tenant: tenant, client: own, person: person{UserID: userID, Name: userID}, scopes: strings.Fields(token.Scope)}
	me, err := own.Me(ctx)
	switch {
	case err == nil:
		s.person = person{UserID: me.ID, Name: fullName(me.FirstName, me.LastName), Note: me.ContactEmail}
	case !client.IsNotFound(err): // a member of the team need not be a user
		return nil, err
	}
	return s, nil
}

// begin starts a session and shows its first page, or the one that was asked for before.
func (c *console) begin(w http.ResponseWriter, r *http.Request, s *session) {
	c.sessions.end(r)
	http.SetCookie(w, c.sessionCookie(s.tenant, c.sessions.start(s), int(sessionLife.Seconds())))
	c.o.Logger.InfoContext(r.Context(), "signed in to the console", "tenant", s.tenant, "as", s.person.Name+" "+s.person.Note, "dev", s.dev)
	address := Path + s.tenant + "/"
	if to, err := url.Parse(r.PostFormValue("to")); err == nil && to.Scheme == "" && to.Host == "" && strings.HasPrefix(path.Clean(to.Path), address) {
		address = to.String()
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// longestReturn limits the address of a page to return to.
const longestReturn = 8 << 10

// returnAddress returns the address of the page that a request was for. What a form would have
// saved is in its query, so that the page shows it again. It is empty if there is no such page.
func returnAddress(w http.ResponseWriter, r *http.Request) string {
	_, pattern, _ := strings.Cut(r.Pattern, "{tenant}/")
	query := r.URL.RawQuery
	if r.Method == http.MethodPost {
		r.Body = http.MaxBytesReader(w, r.Body, longestReturn)
		if err := r.ParseForm(); err == nil {
			query = r.PostForm.Encode()
		}
	}
	if strings.HasSuffix(pattern, ".csv") || !slices.ContainsFunc(routes(), func(p route) bool { return p.pattern == "GET "+pattern }) {
		return ""
	}
	address := url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: query}
	if len(query) > longestReturn {
		address.RawQuery = ""
	}
	return address.String()
}

// handleSignOut ends the session.
func (c *console) handleSignOut(w http.ResponseWriter, r *http.Request) {
	tenant := r.PathValue("tenant")
	if !api.ValidTenant(tenant) {
		c.missing(w)
		return
	}
	c.sessions.end(r)
	http.SetCookie(w, c.sessionCookie(tenant, "", -1))
	c.write(w, http.StatusOK, "sign-in.html", c.signIn(tenant, "You are signed out."))
}

// handleDev signs in as a user, without a key or a link. Only a server for development on
// this computer lets it.
func (c *console) handleDev(w http.ResponseWriter, r *http.Request) {
	tenant, email := r.PathValue("tenant"), strings.TrimSpace(r.PostFormValue("email"))
	if c.o.As == nil || !api.ValidTenant(tenant) {
		c.missing(w)
		return
	}
	token, id, err := c.o.As(r.Context(), tenant, email)
	var s *session
	if err == nil {
		s, err = c.withToken(r.Context(), tenant, token, id)
	}
	if err != nil {
		page := c.signIn(tenant, "")
		page.To = r.PostFormValue("to")
		page.Wrong = "Nobody could be signed in as " + email + ": " + err.Error() + "."
		c.write(w, http.StatusUnprocessableEntity, "sign-in.html", page)
		return
	}
	s.dev = true
	c.begin(w, r, s)
}

// local refuses requests that do not name this computer: a page of another site whose name
// resolves to this computer must not use the console.
func (c *console) local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains(loopbackHosts(), hostOf(r.Host)) {
			c.write(w, http.StatusMisdirectedRequest, "message.html", message{"This is not the address of the console", "It answers only under the address of this computer.", "Open it as 127.0.0.1 or localhost, as the terminal prints it."})
			return
		}
		next.ServeHTTP(w, r)
	})
}
