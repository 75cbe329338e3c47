package console

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/client"
)

// Operator is who runs the console on their own computer, with a key of their own. Every page
// needs the link that the terminal shows.
type Operator struct {
	client *client.Client
	note   string

	mu      sync.Mutex // guards the rest
	hash    [sha256.Size]byte
	expires time.Time // zero: the link is used up
}

// operatorTime is how long the link in the terminal can be used.
const operatorTime = 15 * time.Minute

// NewOperator returns the operator of a tenant, who acts through the client, and the secret of
// the link: see OperatorPath. The note says what the client is.
func NewOperator(c *client.Client, note string, now time.Time) (o *Operator, secret string) {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails: see crypto/rand
	secret = base64.RawURLEncoding.EncodeToString(random)
	return &Operator{client: c, note: note, hash: sha256.Sum256([]byte(secret)), expires: now.Add(operatorTime)}, secret
}

// use uses the link up, and reports whether the secret was its own.
func (o *Operator) use(secret string, now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	hash := sha256.Sum256([]byte(secret))
	if !now.Before(o.expires) || subtle.ConstantTimeCompare(hash[:], o.hash[:]) == 0 {
		return false
	}
	o.expires = time.Time{}
	return true
}

// handleOperator signs the operator in.
func (c *console) handleOperator(w http.ResponseWriter, r *http.Request) {
	tenant := c.o.Operator.client.Tenant()
	cookie, err := r.Cookie(signInCookie)
	if r.PathValue("tenant") != tenant || err != nil || !c.o.Operator.use(cookie.Value, c.sessions.now()) {
		c.write(w, http.StatusNotFound, "message.html", message{"This link does not work", "It was used before, it has expired, or it is incomplete.", "Start the command again, and open the link that it prints."})
		return
	}
	http.SetCookie(w, c.signInCookie(tenant, "", -1))
	scopes, err := c.o.Operator.client.GrantedScopes(r.Context())
	if err != nil {
		scopes = nil // unknown: each page says what it may not show
	}
	c.begin(w, r, &session{tenant: tenant, client: c.o.Operator.client, person: person{Name: "Operator", Note: c.o.Operator.note}, scopes: scopes})
}

// loopbackHosts are the names of this computer.
func loopbackHosts() []string { return []string{"127.0.0.1", "localhost", "::1"} }

// hostOf returns the host of a Host header, without the port.
func hostOf(header string) string {
	if host, _, err := net.SplitHostPort(header); err == nil {
		return host
	}
	if n := len(header); n > 2 && header[0] == '[' && header[n-1] == ']' {
		return header[1 : n-1]
	}
	return header
}
