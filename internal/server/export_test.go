package server

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// IssueUserToken returns a token of a user of the tenant with any scopes, also
// some that the user would not get.
func (s *Server) IssueUserToken(userID, tenant string, kind access.UserType, scopes []string) (string, error) {
	return s.sign(userID, claims{Tenant: tenant, UserType: kind, Scope: strings.Join(scopes, " ")})
}

// SigningKey returns the id and the secret of the key that signs tokens now.
func (s *Server) SigningKey() (id string, secret []byte) {
	key := s.tokenKeys.Signer()
	return key.ID, key.Secret
}

// PollEvery sets how often the workers look for what other processes left.
func (o *Options) PollEvery(d time.Duration) { o.poll = d }

// BodyWithin sets how long a body may take.
func (o *Options) BodyWithin(d time.Duration) { o.bodyTime = d }

// Operation is a row of the route table, as tests see it.
type Operation struct {
	Method string
	Path   string
	Scopes []string
}

// Operations returns the route table, so that a test of every route needs no
// list of its own.
func Operations() []Operation {
	var list []Operation
	for _, r := range new(Server).table() {
		list = append(list, Operation{Method: r.method, Path: r.path, Scopes: slices.Clone(r.scopes)})
	}
	return list
}

// SeededOperations are those that a backend over a seed has besides.
func SeededOperations() []Operation {
	var list []Operation
	for _, r := range new(Server).resetTable() {
		list = append(list, Operation{Method: r.method, Path: r.path, Scopes: slices.Clone(r.scopes)})
	}
	return list
}

// Waking returns the store as the server uses it: what leaves a member of Make
// pending wakes the worker up.
func Waking(s store.Store, wake func()) store.Store {
	return wakingStore{s, wake, func() {}, func() {}}
}

// DoTasks does every task that is due, beside the worker: afterwards there is
// none.
func (s *Server) DoTasks(ctx context.Context) error {
	_, err := s.doTasks(ctx)
	return err
}

// SyncMembers does what is due of the sync with Make, beside the worker.
func (s *Server) SyncMembers(ctx context.Context) error {
	_, err := s.syncMembers(ctx)
	return err
}

// OpenPaths are the paths that need no token, each with its methods.
var OpenPaths = func() map[string][]string {
	paths := map[string][]string{}
	for _, r := range slices.Concat(new(Server).openTable(), new(Server).probeTable()) {
		paths[r.path] = append(paths[r.path], r.method)
	}
	return paths
}()

// TrimEvents removes the audit events that are no longer kept, beside the worker.
func (s *Server) TrimEvents(ctx context.Context) (time.Duration, error) { return s.trimEvents(ctx) }

// Streaming answers with what write writes, as far as it gets.
func (s *Server) Streaming(write func(gone context.Context, w io.Writer) error) http.Handler {
	return s.observed(s.open("GET", "/streaming", func(c *call) error {
		return c.stream("text/plain", func(w io.Writer) error { return write(c.ctx, w) })
	}))
}

// RefreshSigningKeys does what is due for the signing keys, beside the worker.
func (s *Server) RefreshSigningKeys(ctx context.Context) error {
	return s.tokenKeys.Refresh(ctx)
}

// ReportCost is the memory of a user in a report of all users, in bytes.
const ReportCost = reportCost

// SendMails sends every e-mail that is due. The workers must have ended.
func (s *Server) SendMails(ctx context.Context) error {
	_, err := s.mails.do(ctx)
	return err
}

// LinkHash returns the stored form of the secret of a link.
func LinkHash(secret string) string { return linkHash(secret) }
