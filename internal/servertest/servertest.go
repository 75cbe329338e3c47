// Package servertest starts a complete reference backend in a test: the real handler over a
// new database, on a port that the system chooses. Package sqltest selects the engine of the
// database.
package servertest

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/server/fault"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// The tenant that every backend has, and its API key.
const (
	Tenant       = "acme"
	ClientID     = "acme-key"
	ClientSecret = "acme-secret"
)

// PublicURL is what links in e-mails begin with.
const PublicURL = "https://iam.test"

// Backend is a running backend.
type Backend struct {
	URL string
	// Client is a client of Tenant with every scope. It is for the actions of the test
	// itself, so it bypasses the faults.
	Client *client.Client
	Server *server.Server
	Store  *sqlstore.Store
	DSN    string // of its database
	Faulty bool   // whether faults stand before URL

	direct string // the address past the faults
}

// Options configure a backend.
type Options struct {
	// Wrap wraps the handler, to record requests or to break responses.
	Wrap func(http.Handler) http.Handler
	Now  func() time.Time
	// VendorGroupDelay is how long after a vendor its groups are created.
	VendorGroupDelay time.Duration
	// NoFaults ignores the faults of IAM_TEST_FAULTS, in the form of "serve --fault": for
	// tests that inject faults themselves or count requests.
	NoFaults bool
	// NoContract omits the check of every exchange against the descriptions of the API.
	NoContract bool
	// Mail hands e-mails to a mail server; without it, none is sent.
	Mail func(ctx context.Context, m server.Mail) error
	// Logger is for the log of the backend; silent if nil.
	Logger *slog.Logger
}

// New starts a backend for the duration of the test.
func New(t testing.TB, o Options) *Backend {
	t.Helper()
	dsn := sqltest.New(t)
	filled := copySeed(t, dsn, o.Now)
	address := dsn
	if filled {
		address += "?durable=false" // no test cuts the power
	}
	db, err := sqlstore.Open(t.Context(), address)
	if err != nil {
		t.Fatalf("opening the database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("closing the database: %v", err)
		}
	})
	var faults fault.Switches
	text := os.Getenv("IAM_TEST_FAULTS")
	if text != "" && !o.NoFaults {
		if faults, err = fault.Parse(text); err != nil {
			t.Fatal(err)
		}
	}
	s, err := server.New(t.Context(), server.Options{
		Store: db, Now: o.Now, Logger: o.Logger, VendorGroupDelay: cmp.Or(o.VendorGroupDelay, faults.VendorGroups), PrivateIntegromat: true, TestTokens: true,
		LenientLanguage: faults.LenientLanguage, OneKeyMaps: faults.OneKeyMaps,
		Mail: o.Mail, PublicURL: PublicURL,
	})
	if err != nil {
		t.Fatalf("starting the backend: %v", err)
	}
	t.Cleanup(s.Close)
	if !filled {
		if err := fill(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	var handler http.Handler = s
	// A benchmark measures the backend, not the check.
	if _, benchmark := t.(*testing.B); !benchmark && !o.NoContract {
		handler = checked(t, handler)
	}
	if o.Wrap != nil {
		handler = o.Wrap(handler)
	}
	b := &Backend{URL: listen(t, handler), Server: s, Store: db, DSN: dsn}
	b.direct = b.URL
	if text != "" && !o.NoFaults {
		b.URL, b.Faulty = listen(t, faults.Wrap(handler)), true
		b.direct = listen(t, longAgo(handler, faults.Lag))
	}
	b.Client = b.NewClient(t, client.Options{})
	return b
}

// longAgo answers writes late enough that the faults no longer hide them: the actions of the
// test itself count as done long ago.
func longAgo(next http.Handler, lag time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		if r.Method != http.MethodGet {
			time.Sleep(lag)
		}
	})
}

// listen serves the handler until the test ends.
func listen(t testing.TB, handler http.Handler) (url string) {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL
}

// NewClient returns a client of the backend's tenant that bypasses the faults. The options may
// name fewer scopes, or another tenant.
func (b *Backend) NewClient(t testing.TB, o client.Options) *client.Client {
	t.Helper()
	o.BaseURL, o.Tenant = b.direct, cmp.Or(o.Tenant, Tenant)
	if o.AccessToken == "" {
		o.ClientID, o.ClientSecret = ClientID, ClientSecret
	}
	c, err := client.New(o)
	if err != nil {
		t.Fatalf("making a client: %v", err)
	}
	return c
}

// UserToken returns the token that a user gets, with the scopes of the user's groups.
func (b *Backend) UserToken(t testing.TB, id string) (token api.Token) {
	t.Helper()
	all, err := b.Server.IssueToken("tests", Tenant, api.AllScopes())
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, api.Path(api.PathTestToken, Tenant, id), nil)
	r.Header.Set("Authorization", "Bearer "+all)
	w := httptest.NewRecorder()
	b.Server.ServeHTTP(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), &token); err != nil || w.Code != http.StatusOK {
		t.Fatalf("got %d, %s", w.Code, w.Body)
	}
	return token
}
