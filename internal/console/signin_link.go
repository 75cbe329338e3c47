package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

const (
	pathSignInLink = api.PathConsoleSignIn
	pathSignInOpen = Path + "{tenant}/sign-in/link"
	// signInCookie has the secret of a link while its page is open.
	signInCookie = "sign-in"
)

// signInCookie returns the cookie with the secret of a link, for the page that uses it up.
func (c *console) signInCookie(tenant, secret string, age int) *http.Cookie {
	return &http.Cookie{
		Name: signInCookie, Value: secret, Path: strings.Replace(pathSignInOpen, "{tenant}", tenant, 1),
		MaxAge: age, HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteLaxMode,
	}
}

// handleSignInLink takes the secret out of the address at once, and changes nothing: mail
// scanners open links.
func (c *console) handleSignInLink(w http.ResponseWriter, r *http.Request) {
	tenant, secret := r.PathValue("tenant"), r.PathValue("secret")
	if !api.ValidTenant(tenant) || !secretPattern.MatchString(secret) {
		c.unknown(w)
		return
	}
	cookie := c.signInCookie(tenant, secret, int(secretTime/time.Second))
	http.SetCookie(w, cookie)
	http.Redirect(w, r, cookie.Path, http.StatusSeeOther)
}

// opened is the content of the page of an open link.
type opened struct{ Tenant, Who, Expires string }

// handleSignInOpen shows the button that uses the link up.
func (c *console) handleSignInOpen(w http.ResponseWriter, r *http.Request) {
	tenant := r.PathValue("tenant")
	cookie, err := r.Cookie(signInCookie)
	if !api.ValidTenant(tenant) || err != nil || !secretPattern.MatchString(cookie.Value) {
		c.unknown(w)
		return
	}
	c.write(w, http.StatusOK, "sign-in-link.html", opened{Tenant: tenant})
}
