package bench

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/server/embedded"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// against reports an operation's time as a multiple of the floor's.
func against(b *testing.B, floor func() error) {
	b.Helper()
	took := b.Elapsed() / time.Duration(b.N)
	rounds := max(min(b.N, 1000), 100)
	start := time.Now()
	for range rounds {
		if err := floor(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(took)/float64(time.Since(start)/time.Duration(rounds)), "x-floor")
}

func newUser(i int) api.UserCreate {
	return api.UserCreate{
		FirstName: "User", LastName: fmt.Sprint(i), ContactEmail: fmt.Sprintf("user%d@acme.example", i),
		PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{},
	}
}

// BenchmarkCreateUser durably creates a user through client and backend in one
// process; the floor appends 500 bytes to a file and syncs it to disk.
func BenchmarkCreateUser(b *testing.B) {
	backend, err := embedded.Open(b.Context(), embedded.Options{Path: filepath.Join(b.TempDir(), "iam.db"), Tenant: servertest.Tenant})
	if err != nil {
		b.Fatal(err)
	}
	defer backend.Close()
	c, err := client.New(client.Options{BaseURL: embedded.BaseURL, Tenant: servertest.Tenant, Transport: backend, AccessToken: backend.Token()})
	if err != nil {
		b.Fatal(err)
	}
	i := 0
	for b.Loop() {
		if _, err := c.CreateUser(b.Context(), newUser(i)); err != nil {
			b.Fatal(err)
		}
		i++
	}
	file, err := os.Create(filepath.Join(b.TempDir(), "floor"))
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	row := make([]byte, 500)
	against(b, func() error {
		if _, err := file.Write(row); err != nil {
			return err
		}
		return file.Sync()
	})
}

// BenchmarkReadUser reads a user over HTTP on loopback; the floor is a request to
// the same server that reads nothing.
func BenchmarkReadUser(b *testing.B) {
	s := servertest.New(b, servertest.Options{})
	id, err := s.Client.CreateUser(b.Context(), newUser(0))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Client.User(b.Context(), id); err != nil {
			b.Fatal(err)
		}
	}
	against(b, func() error {
		resp, err := http.Get(s.URL + api.PathHealth)
		if err != nil {
			return err
		}
		return resp.Body.Close()
	})
}
