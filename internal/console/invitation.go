package console

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// pathInvitation is the page of an invitation, without its secret.
const pathInvitation = Path + "{tenant}/invitation"

const (
	// secretCookie has the secret of a link while its page is open.
	secretCookie = "invitation"
	secretTime   = 15 * time.Minute
)

var secretPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`)

// linkCookie returns the cookie with the secret of a link, for the page of the pattern. It is
// sent for navigations from other sites, such as webmail, or the redirect of openLink would
// not have it; a form of another site does not send it.
func (c *console) linkCookie(name, pattern, tenant, secret string, age int) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: secret, Path: strings.Replace(pattern, "{tenant}", tenant, 1),
		MaxAge: age, HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteLaxMode,
	}
}

// cookie returns the cookie with the secret of an invitation.
func (c *console) cookie(tenant, secret string, age int) *http.Cookie {
	return c.linkCookie(secretCookie, pathInvitation, tenant, secret, age)
}

// openLink returns the handler of a link, whose secret the cookie takes out of the address at
// once. It makes no requests and changes nothing: mail scanners open links.
func (c *console) openLink(cookie func(tenant, secret string, age int) *http.Cookie) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		tenant, secret := r.PathValue("tenant"), r.PathValue("secret")
		if !api.ValidTenant(tenant) || !secretPattern.MatchString(secret) {
			c.unknown(w)
			return
		}
		page := cookie(tenant, secret, int(secretTime/time.Second))
		http.SetCookie(w, page)
		http.Redirect(w, r, page.Path, http.StatusSeeOther)
	}
}

// invited is the content of the page of an open invitation.
type invited struct {
	Tenant  string
	Team    bool
	Email   string
	Expires string
}

// handleInvitation shows the invitation whose link was opened.
func (c *console) handleInvitation(w http.ResponseWriter, r *http.Request) {
	links, secret, ok := c.links(w, r)
	if !ok {
		return
	}
	found, err := links.Read(r.Context(), secret)
	if err != nil {
		c.failed(w, r, err)
		return
	}
	tenant := r.PathValue("tenant")
	if found.Status != api.LinkOpen {
		c.ended(w, tenant, found.Status)
		return
	}
	expires, _ := time.Parse(time.RFC3339, found.ExpiresAt) // the zero time shows that the API is wrong
	c.write(w, http.StatusOK, "invitation.html", invited{
		Tenant: tenant, Team: found.Kind == api.InvitationMember, Email: found.Email, Expires: expires.UTC().Format("2 January 2006, 15:04 MST"),
	})
}

// joined is the content of the page after the acceptance.
type joined struct {
	Tenant        string
	Team          bool
	Email         string
	Links         bool // the backend sends links to sign in with
	Organizations []organization
}

// organization is one that the person belongs to.
type organization struct{ Tenant, Role string }

// handleAccept accepts the invitation.
func (c *console) handleAccept(w http.ResponseWriter, r *http.Request) {
	links, secret, ok := c.links(w, r)
	if !ok {
		return
	}
	tenant := r.PathValue("tenant")
	accepted, err := links.Accept(r.Context(), secret)
	if client.IsConflict(err) {
		// Someone was faster, or the page was open for long.
		found, err := links.Read(r.Context(), secret)
		if err != nil {
			c.failed(w, r, err)
			return
		}
		c.ended(w, tenant, found.Status)
		return
	}
	if err != nil {
		c.failed(w, r, err)
		return
	}
	http.SetCookie(w, c.cookie(tenant, "", -1))
	page := joined{Tenant: tenant, Team: accepted.Kind == api.InvitationMember, Email: accepted.Email, Links: c.o.Links}
	for _, o := range accepted.Organizations {
		page.Organizations = append(page.Organizations, organization{o.Tenant, roleLabel(o.Role)})
	}
	c.write(w, http.StatusOK, "joined.html", page)
}

// roleLabel names a role in the team; a user has none.
func roleLabel(role access.TeamRole) string {
	switch role {
	case "":
		return "User"
	case access.RoleBillingContact:
		return "Billing contact"
	}
	return strings.ToUpper(string(role[:1])) + string(role[1:])
}

// links returns what asks the API, and the secret of the link that was opened. Otherwise it
// answers with a page.
func (c *console) links(w http.ResponseWriter, r *http.Request) (links *client.Links, secret string, ok bool) {
	tenant := r.PathValue("tenant")
	cookie, err := r.Cookie(secretCookie)
	if err != nil || !api.ValidTenant(tenant) || !secretPattern.MatchString(cookie.Value) {
		c.unknown(w)
		return nil, "", false
	}
	links, err = client.NewLinks(c.options(r, tenant))
	if err != nil {
		c.failed(w, r, err)
		return nil, "", false
	}
	return links, cookie.Value, true
}

// unknown answers for every link that does not exist, whatever is wrong with it.
func (c *console) unknown(w http.ResponseWriter) {
	c.write(w, http.StatusNotFound, "message.html", message{
		"This link does not work", "It is incomplete, or the invitation was withdrawn.",
		"Open the link in your e-mail again. If it still does not work, ask the person who invited you for a new invitation.",
	})
}

// ended says why a link cannot be used any more.
func (c *console) ended(w http.ResponseWriter, tenant string, status api.LinkStatus) {
	page := message{"This link cannot be used any more", "", "Ask the person who invited you for a new invitation."}
	switch status {
	case api.LinkUsed:
		page = message{
			"This invitation is accepted already", "You can use " + tenant + " with the e-mail address that was invited.",
			"If you did not accept it yourself, tell the person who invited you, and ask for a new invitation.",
		}
	case api.LinkExpired:
		page.Text = "It has expired: an invitation can be accepted for seven days."
	case api.LinkReplaced:
		page.Text = "The invitation was sent again, with another link."
		page.Next = "Open the link in the newest e-mail. If you do not have it, ask the person who invited you for a new invitation."
	}
	c.write(w, http.StatusGone, "message.html", page)
}

// failed answers when the API does not help.
func (c *console) failed(w http.ResponseWriter, r *http.Request, err error) {
	var refused *client.Error
	switch {
	case client.IsNotFound(err):
		c.unknown(w)
		return
	case errors.As(err, &refused) && refused.StatusCode == http.StatusTooManyRequests:
		c.write(w, http.StatusTooManyRequests, "message.html", message{"Too many attempts", "Nothing was changed.", "Wait a minute, and try again."})
		return
	}
	c.o.Logger.ErrorContext(r.Context(), "page failed", "route", r.Pattern, "cause", err.Error())
	c.write(w, http.StatusServiceUnavailable, "message.html", message{"Something went wrong", "The request could not be completed.", "Try again in a minute."})
}
