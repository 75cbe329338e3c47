package console

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/client"
)

const (
	sessionCookie = "session"
	// sessionIdle and sessionLife end a session: so long after its last request, and after its
	// sign-in.
	sessionIdle = time.Hour
	sessionLife = 12 * time.Hour
	// mostSessions bounds the memory that sign-ins take. One more ends the session that was
	// unused for longest.
	mostSessions = 1000
)

// person is who signed in.
type person struct {
	UserID string // empty for an API key
	Name   string // of a user, or the id of an API key
	Note   string // such as the e-mail address
}

// session is a signed-in person. The token stays here: the browser has a random secret only.
type session struct {
	tenant  string
	client  *client.Client
	person  person
	scopes  []string // of the token; nil: unknown
	dev     bool     // signed in as someone else, for development
	started time.Time

	mu    sync.Mutex // guards the rest
	used  time.Time
	flash map[string]string // for the next page at an address: another tab may be at another one
}

// holds reports whether the session's token has one of the scopes, as far as is known.
func (s *session) holds(scopes ...string) bool {
	return s.scopes == nil || slices.ContainsFunc(scopes, func(scope string) bool { return slices.Contains(s.scopes, scope) })
}

// mostSaid bounds the sentences that no page has shown.
const mostSaid = 20

// say keeps a sentence for the next page at an address.
func (s *session) say(address, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flash == nil || len(s.flash) >= mostSaid {
		s.flash = map[string]string{}
	}
	s.flash[address] = text
}

// said returns the sentence that say kept for a page, once.
func (s *session) said(address string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.flash[address]
	delete(s.flash, address)
	return text
}

// sessions are those of one process, in memory: whoever can read the database finds none.
type sessions struct {
	now func() time.Time
	mu  sync.Mutex
	by  map[[sha256.Size]byte]*session // by the hash of the secret
}

// start begins a session and returns its secret.
func (all *sessions) start(s *session) (secret string) {
	random := make([]byte, 32)
	_, _ = rand.Read(random) // never fails: see crypto/rand
	secret = base64.RawURLEncoding.EncodeToString(random)
	all.mu.Lock()
	defer all.mu.Unlock()
	s.started = all.now()
	s.used = s.started
	if len(all.by) >= mostSessions {
		all.trim()
	}
	all.by[sha256.Sum256([]byte(secret))] = s
	return secret
}

// trim removes sessions that ended, or else the one that was unused for longest.
func (all *sessions) trim() {
	var oldest [sha256.Size]byte
	var since time.Time
	for key, s := range all.by {
		if all.ended(s) {
			delete(all.by, key)
			continue
		}
		if used := s.lastUsed(); since.IsZero() || used.Before(since) {
			oldest, since = key, used
		}
	}
	if len(all.by) >= mostSessions {
		delete(all.by, oldest)
	}
}

func (s *session) lastUsed() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

func (all *sessions) ended(s *session) bool {
	now := all.now()
	return now.Sub(s.lastUsed()) > sessionIdle || now.Sub(s.started) > sessionLife
}

// of returns the session of a request for a tenant; nil: there is none.
func (all *sessions) of(r *http.Request, tenant string) *session {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	key := sha256.Sum256([]byte(cookie.Value))
	all.mu.Lock()
	defer all.mu.Unlock()
	s := all.by[key]
	if s == nil || s.tenant != tenant {
		return nil
	}
	if all.ended(s) {
		delete(all.by, key)
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = all.now()
	return s
}

// end ends the session of a request.
func (all *sessions) end(r *http.Request) {
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		all.mu.Lock()
		defer all.mu.Unlock()
		delete(all.by, sha256.Sum256([]byte(cookie.Value)))
	}
}

// sessionCookie returns the cookie of a session. Each tenant has its own, so a person can be signed
// in to several. It is not sent for links from other sites.
func (c *console) sessionCookie(tenant, secret string, age int) *http.Cookie {
	return &http.Cookie{
		Name: sessionCookie, Value: secret, Path: Path + tenant + "/", MaxAge: age,
		HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteStrictMode,
	}
}
