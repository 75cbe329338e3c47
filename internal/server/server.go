package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/singleflight"

	"github.com/access-config/terraform-provider-iam/internal/server/audit"
	"github.com/access-config/terraform-provider-iam/internal/server/dispatch"
	"github.com/access-config/terraform-provider-iam/internal/server/egress"
	"github.com/access-config/terraform-provider-iam/internal/server/gate"
	"github.com/access-config/terraform-provider-iam/internal/server/seal"
	"github.com/access-config/terraform-provider-iam/internal/server/signing"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// Options configure a Server. Only Store is required.
type Options struct {
	Store  store.Store
	Logger *slog.Logger     // silent if nil
	Now    func() time.Time // the system's clock if nil
	NewID  func() string    // UUIDs that begin with the time if nil

	// NoLegacy omits roles, permissions and resources, which the public API
	// deprecates.
	NoLegacy bool
	// LenientLanguage accepts groups and access controls without Content-Language: their
	// texts are in the tenant's default language.
	LenientLanguage bool
	// OneKeyMaps shows texts in one language as objects with one key.
	OneKeyMaps bool
	// VendorGroupDelay is how long after a vendor its groups are created. The
	// platform takes about half a second.
	VendorGroupDelay time.Duration
	// Requests is how many requests are handled at a time, and Memory how many
	// bytes their bodies and responses may take together; zero means the default.
	Requests int
	Memory   int64
	// Connections are those of the listener, for the metrics; may be nil.
	Connections *gate.Connections
	// MetricsElsewhere omits /metrics, which Metrics answers.
	MetricsElsewhere bool
	// Proxies are the proxies whose X-Forwarded-For names the caller.
	Proxies gate.Proxies
	// PrivateIntegromat allows every address of a Make: in the backend's own
	// network, and without TLS.
	PrivateIntegromat bool
	// Audit limits which audit events are kept.
	Audit AuditLimit
	// TestTokens lets callers that may change users act as these users, for tests.
	TestTokens bool
	// Encryption has the keys under which secrets are stored; nil stores them
	// plain.
	Encryption *seal.Keys
	// SigningKeyAge is how old a signing key gets before another one follows. Zero
	// keeps the key, and does not look for keys of other processes.
	SigningKeyAge time.Duration
	// Reset restores the tenant to its seed; nil without a seed, and then there is
	// no path for it. The server ends after the request.
	Reset func(ctx context.Context) error
	// Mail hands an e-mail to a mail server, or returns ErrNoMailServer if it cannot be
	// used. Nil sends nothing: the API lists who is to get an e-mail.
	Mail func(ctx context.Context, m Mail) error
	// Print shows a line on the operator's terminal: without Mail, the link of each
	// invitation. It must not lead to a log. Nil shows nothing.
	Print func(line string)
	// PublicURL is what links begin with, such as https://iam.example.com. Mail and Print
	// need it.
	PublicURL string

	bodyTime time.Duration // gate.ReadTime if zero

	poll time.Duration // taskPoll if zero; longer in tests that show that nothing waits for it
}

// Server answers the API. It is an http.Handler and safe for concurrent use. The
// caller closes the store, after the server.
type Server struct {
	store             store.Store // changes append audit events
	unrecorded        store.Store // the same store: changes append no events
	clients           Clients
	log               *slog.Logger
	now               func() time.Time
	timestamp         func() time.Time // now, to the precision of the store
	newID             func() string
	noLegacy          bool
	lenientLanguage   bool
	oneKeyMaps        bool
	vendorGroupDelay  time.Duration
	poll              time.Duration
	tokenKeys         *signing.Ring
	tokens            tokens
	signingKeys       signing.Keys
	seal              *seal.Keys
	ownKey            []byte // authenticates this process to its reference Make
	room              *gate.Work
	limits            struct{ requests, memory int64 } // of the room
	connections       *gate.Connections
	metricsElsewhere  bool
	figures           *figures
	brake             *gate.Brake
	letters           *gate.Quota // e-mails with links to sign in, by address
	proxies           gate.Proxies
	audit             AuditLimit
	bodyTime          time.Duration
	privateIntegromat bool
	testTokens        bool
	reset             func(ctx context.Context) error
	outgoing          *http.Transport
	handler           http.Handler
	draining          atomic.Bool // the server is about to end
	pings             singleflight.Group
	tasks             *worker
	workers           []*worker // all of them
	mails             *worker
	mail              func(ctx context.Context, m Mail) error
	terminal          func(line string)
	publicURL         string
}

// New returns a server over the store. It reads the key that signs tokens, or
// creates it in a new database, and begins with the tasks that were left over.
func New(ctx context.Context, o Options) (*Server, error) {
	s := &Server{
		log: o.Logger, now: o.Now, newID: o.NewID, noLegacy: o.NoLegacy, lenientLanguage: o.LenientLanguage, oneKeyMaps: o.OneKeyMaps, vendorGroupDelay: o.VendorGroupDelay, mail: o.Mail, terminal: o.Print, publicURL: o.PublicURL,
		poll: cmp.Or(o.poll, taskPoll), proxies: o.Proxies, audit: o.Audit, bodyTime: o.bodyTime, privateIntegromat: o.PrivateIntegromat,
		testTokens: o.TestTokens, reset: o.Reset, outgoing: egress.Transport(o.PrivateIntegromat), seal: o.Encryption,
		connections: o.Connections, metricsElsewhere: o.MetricsElsewhere, figures: newFigures(), unrecorded: o.Store,
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.newID == nil {
		s.newID = newID
	}
	s.timestamp = func() time.Time { return s.now().UTC().Truncate(time.Millisecond) }
	s.limits.requests, s.limits.memory = int64(cmp.Or(o.Requests, defaultRequests)), cmp.Or(o.Memory, defaultMemory)
	s.room = gate.NewWork(int(s.limits.requests), s.limits.memory)
	s.brake = gate.NewBrake(s.now)
	s.letters = gate.NewQuota(s.now, lettersInterval, lettersBurst)
	s.ownKey = make([]byte, ownKeyBytes)
	_, _ = rand.Read(s.ownKey) // never fails: see crypto/rand
	s.signingKeys = signing.NewKeys(o.Store, o.Encryption, s.now)
	s.tokenKeys = signing.NewRing(s.signingKeys, o.SigningKeyAge)
	s.tokens = newTokens(s.tokenKeys, s.now)
	s.tasks = s.newWorker("tasks", s.doTasks)
	members := s.newWorker("the sync with Make", s.syncMembers)
	sender := &post{Server: s, secrets: map[string]string{}}
	s.mails = s.newWorker("the sending of e-mails", sender.sendMails)
	s.store, s.clients = audit.NewStore(wakingStore{o.Store, members.wakeUp, s.tasks.wakeUp, s.mails.wakeUp}, s.now), NewClients(o.Store, s.now)
	if err := s.checkSealed(ctx); err != nil { // before anything is changed
		return nil, err
	}
	if err := s.tokenKeys.Refresh(ctx); err != nil {
		return nil, err
	}
	s.handler = s.routes()
	if o.SigningKeyAge > 0 {
		s.newWorker("the rotation of signing keys", s.refreshSigningKeys)
	}
	if s.audit != (AuditLimit{}) {
		s.newWorker("the removal of audit events", s.trimEvents)
	}
	for _, w := range s.workers {
		w.start(s.log)
	}
	return s, nil
}

// newID returns an id that begins with the time: records that are created together
// are then stored together, and the database writes fewer pages for them.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.handler.ServeHTTP(w, r)
}

// RoundTrip answers a request without a network: a Server is an http.RoundTripper
// as well.
func (s *Server) RoundTrip(r *http.Request) (*http.Response, error) { return dispatch.RoundTrip(s, r) }

// Drain makes the server report that it is not ready, so that a load balancer
// sends no more requests. It still answers requests.
func (s *Server) Drain() { s.draining.Store(true) }

// Close stops the workers and waits for them. What they have not done stays in the
// store, for the next server on it. Call Close after the last request and before
// closing the store; calling it again does nothing.
func (s *Server) Close() {
	for _, w := range s.workers {
		w.stop()
	}
	s.outgoing.CloseIdleConnections()
}

// refreshSigningKeys is the task of a worker.
func (s *Server) refreshSigningKeys(ctx context.Context) (wait time.Duration, err error) {
	return signing.Poll, s.tokenKeys.Refresh(ctx)
}
