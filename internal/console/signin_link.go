package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

const (
	pathSignInLink = api.PathConsoleSignIn
	pathSignInOpen = Path + "{tenant}/sign-in/link"
	pathSignInSend = Path + "{tenant}/sign-in/send"
	// signInCookie has the secret of a link while its page is open.
	signInCookie = "sign-in"
)

// signInCookie returns the cookie with the secret of a link to sign in with.
func (c *console) signInCookie(tenant, secret string, age int) *http.Cookie {
	return c.linkCookie(signInCookie, pathSignInOpen, tenant, secret, age)
}

// opened is the content of the page of an open link.
type opened struct{ Tenant, Who, Expires string }

// signInSecret returns the secret of the link that was opened, if there is one.
func signInSecret(r *http.Request) (secret string, ok bool) {
	cookie, err := r.Cookie(signInCookie)
	if err != nil || !api.ValidTenant(r.PathValue("tenant")) || !secretPattern.MatchString(cookie.Value) {
		return "", false
	}
	return cookie.Value, true
}

// handleOperatorOpen shows the button that uses the operator's link up.
func (c *console) handleOperatorOpen(w http.ResponseWriter, r *http.Request) {
	if _, ok := signInSecret(r); !ok {
		c.unknown(w)
		return
	}
	c.write(w, http.StatusOK, "sign-in-link.html", opened{Tenant: r.PathValue("tenant")})
}

// handleSignInOpen shows whose link was opened, with the button that uses it up.
func (c *console) handleSignInOpen(w http.ResponseWriter, r *http.Request) {
	if _, found, ok := c.signInLink(w, r); ok {
		expires, _ := time.Parse(time.RFC3339, found.ExpiresAt) // the zero time shows that the API is wrong
		c.write(w, http.StatusOK, "sign-in-link.html", opened{Tenant: r.PathValue("tenant"), Who: found.Email, Expires: expires.UTC().Format("15:04 MST")})
	}
}

// handleSignInAccept uses the link up and signs its person in.
func (c *console) handleSignInAccept(w http.ResponseWriter, r *http.Request) {
	links, found, ok := c.signInLink(w, r)
	if !ok {
		return
	}
	tenant := r.PathValue("tenant")
	secret, _ := signInSecret(r) // signInLink has found it
	token, err := links.AcceptSignIn(r.Context(), secret)
	var s *session
	if err == nil {
		http.SetCookie(w, c.signInCookie(tenant, "", -1))
		s, err = c.withToken(r.Context(), tenant, token, found.UserID)
	}
	switch {
	case client.IsConflict(err): // someone was faster
		c.askForLink(w, http.StatusGone, tenant, "This link was used, or has expired.")
	case err != nil:
		c.signInFailed(w, r, err)
	default:
		if s.person.Note == "" {
			s.person.Name = found.Email // of a member of the team who is no user
		}
		c.begin(w, r, s)
	}
}

// signInLink returns what asks the API, and the open link whose page is shown. Otherwise it
// answers with a page.
func (c *console) signInLink(w http.ResponseWriter, r *http.Request) (links *client.Links, found api.SignInLink, ok bool) {
	tenant := r.PathValue("tenant")
	secret, ok := signInSecret(r)
	if !ok {
		c.unknown(w)
		return nil, found, false
	}
	links, err := client.NewLinks(c.options(r, tenant))
	if err == nil {
		found, err = links.ReadSignIn(r.Context(), secret)
	}
	switch {
	case err != nil:
		c.signInFailed(w, r, err)
	case found.Status == api.LinkExpired:
		c.askForLink(w, http.StatusGone, tenant, "This link has expired: it can be used for 15 minutes.")
	case found.Status != api.LinkOpen:
		c.askForLink(w, http.StatusGone, tenant, "This link was used already. If it was not you, tell your administrator.")
	default:
		return links, found, true
	}
	return nil, found, false
}

// askForLink shows the page to sign in with after a link that cannot be used.
func (c *console) askForLink(w http.ResponseWriter, status int, tenant, wrong string) {
	page := c.signIn(tenant, "")
	page.Wrong = wrong
	if c.o.Links {
		page.Wrong += " Ask for another one."
	}
	c.write(w, status, "sign-in.html", page)
}

// signInFailed answers when the API does not help.
func (c *console) signInFailed(w http.ResponseWriter, r *http.Request, err error) {
	if client.IsNotFound(err) {
		c.askForLink(w, http.StatusNotFound, r.PathValue("tenant"), "This link does not work: it is incomplete, or its person cannot sign in any more.")
		return
	}
	c.failed(w, r, err)
}

// handleSignInSend asks for a link. The page is the same for every address.
func (c *console) handleSignInSend(w http.ResponseWriter, r *http.Request) {
	tenant, email := r.PathValue("tenant"), strings.TrimSpace(r.PostFormValue("email"))
	if !c.o.Links || !api.ValidTenant(tenant) {
		c.missing(w)
		return
	}
	links, err := client.NewLinks(c.options(r, tenant))
	if err == nil {
		err = links.SendSignInLink(r.Context(), email)
	}
	page := c.signIn(tenant, "")
	refused := answerOf(err)
	switch {
	case client.IsBadRequest(err):
		page.Wrong = "This is not an e-mail address. Enter one such as anna@example.com."
		c.write(w, http.StatusUnprocessableEntity, "sign-in.html", page)
	case refused != nil && refused.StatusCode == http.StatusTooManyRequests:
		page.Wrong = "Too many links were asked for. Use the newest link that you have, or try again in some minutes."
		c.write(w, http.StatusTooManyRequests, "sign-in.html", page)
	case err != nil:
		c.failed(w, r, err)
	default:
		c.write(w, http.StatusOK, "message.html", message{
			"Look into your mailbox", "If " + email + " can sign in to " + tenant + ", an e-mail with a link is on its way. The link works once, for 15 minutes.",
			"No e-mail came? Look at the address and into the folder for spam. If you were invited, accept the invitation first.",
		})
	}
}
