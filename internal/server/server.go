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

	"github.com/access-config/terraform-provider-iam/internal/server/egress"
	"github.com/access-config/terraform-provider-iam/internal/server/gate"
	"github.com/access-config/terraform-provider-iam/internal/server/seal"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// Options configure a Server. Only Store is required.
type Options struct {
	Store  store.Store
	Logger *slog.Logger     // silent when nil
	Now    func() time.Time // the system's clock when nil
	NewID  func() string    // UUIDs that begin with the time when nil

	// NoLegacy leaves out roles, permissions and resources, which the public
	// API deprecates.
	NoLegacy bool
	// VendorGroupDelay is how long after a vendor its groups are made. The
	// platform takes about half a second.
	VendorGroupDelay time.Duration
	// Requests is how many requests are worked on at a time, and Memory how many
	// bytes their bodies and answers may take together; zero is the usual.
	Requests int
	Memory   int64
	// Connections are those of the listener, for the figures; may be nil.
	Connections *gate.Connections
	// MetricsElsewhere leaves out /metrics, which Metrics answers.
	MetricsElsewhere bool
	// Proxies are those whose X-Forwarded-For says who calls.
	Proxies gate.Proxies
	// PrivateIntegromat lets a Make have any address, in the backend's own network, too,
	// and one without TLS.
	PrivateIntegromat bool
	// Audit says which audit events are no longer kept.
	Audit AuditLimit
	// TestTokens lets whoever may change users act as them, for tests.
	TestTokens bool
	// Encryption has the keys under which secrets are stored; nil stores them
	// plain.
	Encryption *seal.Keys
	// SigningKeyAge is how old a signing key gets before another one follows. Zero
	// keeps it, and does not look for those of other processes.
	SigningKeyAge time.Duration
	// Reset puts the tenant back to its seed; nil where there is none, and no path
	// for it. The server ends after the request that asks for it.
	Reset func(ctx context.Context) error
	// Mail sends an e-mail to someone; nil keeps them, for no one to read but by
	// the API. Id is the same when it is sent again.
	Mail func(ctx context.Context, to, id, subject, text string) error

	bodyTime time.Duration // that of gate.ReadTime when zero

	poll time.Duration // taskPoll when zero; longer in a test that shows that nobody waits for it
}

// Server answers the API. It is an http.Handler and safe for concurrent use;
// the store stays the caller's to close, after the server.
type Server struct {
	store             store.Store
	clients           Clients
	log               *slog.Logger
	now               func() time.Time
	newID             func() string
	noLegacy          bool
	vendorGroupDelay  time.Duration
	poll              time.Duration
	tokenKeys         *tokenKeys
	seal              *seal.Keys
	ownKey            []byte // what this process calls itself with
	room              *gate.Work
	limits            struct{ requests, memory int64 } // of the room
	connections       *gate.Connections
	metricsElsewhere  bool
	figures           *figures
	brake             *gate.Brake
	proxies           gate.Proxies
	audit             AuditLimit
	bodyTime          time.Duration
	privateIntegromat bool
	testTokens        bool
	reset             func(ctx context.Context) error
	outgoing          *http.Transport
	handler           http.Handler
	draining          atomic.Bool // it is about to end
	pings             singleflight.Group
	worker            *worker
	integromatWorker  *worker
	auditWorker       *worker     // nil where all events are kept
	keyWorker         *worker     // nil where signing keys stay
	syncs             atomic.Bool // there was a change that the sync with Make has to know
	mail              func(ctx context.Context, to, id, subject, text string) error
}

// New returns a server over the store. It reads the key that signs tokens, or
// makes it on a new database, and begins with the tasks that were left over.
func New(ctx context.Context, o Options) (*Server, error) {
	s := &Server{log: o.Logger, now: o.Now, newID: o.NewID, noLegacy: o.NoLegacy, vendorGroupDelay: o.VendorGroupDelay, mail: o.Mail, poll: cmp.Or(o.poll, taskPoll), proxies: o.Proxies, audit: o.Audit, bodyTime: o.bodyTime, privateIntegromat: o.PrivateIntegromat, testTokens: o.TestTokens, reset: o.Reset, outgoing: egress.Transport(o.PrivateIntegromat)}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.newID == nil {
		s.newID = newID
	}
	s.limits.requests, s.limits.memory = int64(cmp.Or(o.Requests, defaultRequests)), cmp.Or(o.Memory, defaultMemory)
	s.room = gate.NewWork(int(s.limits.requests), s.limits.memory)
	s.connections, s.metricsElsewhere, s.figures = o.Connections, o.MetricsElsewhere, newFigures()
	s.brake = gate.NewBrake(s.now)
	s.store, s.clients = newRecordingStore(o.Store, s.now), NewClients(o.Store, s.now)
	s.ownKey = make([]byte, signingKeyBytes)
	_, _ = rand.Read(s.ownKey) // never fails: see crypto/rand
	s.seal = o.Encryption
	s.tokenKeys = &tokenKeys{source: NewSigningKeys(o.Store, o.Encryption, s.now), age: o.SigningKeyAge}
	if err := s.checkSealed(ctx); err != nil { // before anything is changed
		return nil, err
	}
	if err := s.tokenKeys.refresh(ctx); err != nil {
		return nil, err
	}
	s.handler = s.routes()
	s.worker = s.startWorker("tasks", s.doTasks)
	s.integromatWorker = s.startWorker("the sync with Make", s.syncMembers)
	if o.SigningKeyAge > 0 {
		s.keyWorker = s.startWorker("the rotation of signing keys", s.refreshSigningKeys)
	}
	if s.audit != (AuditLimit{}) {
		s.auditWorker = s.startWorker("the removal of audit events", s.trimEvents)
	}
	return s, nil
}

// newID returns an id that begins with the time: what is made together then lies
// together in the database, which writes fewer pages for it.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.handler.ServeHTTP(w, r)
}

// Drain makes the server say that it is not ready, and go on: it is about to end,
// and whoever balances shall send requests elsewhere.
func (s *Server) Drain() { s.draining.Store(true) }

// timestamp is the present to the precision that the store keeps.
func (s *Server) timestamp() time.Time {
	return s.now().UTC().Truncate(time.Millisecond)
}
