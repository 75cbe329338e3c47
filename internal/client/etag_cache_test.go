package client_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/hashicorp/go-cleanhttp"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// statuses counts the answers by status.
type statuses struct {
	http.RoundTripper

	mu    sync.Mutex
	count map[int]int
}

func (s *statuses) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := s.RoundTripper.RoundTrip(r)
	if err == nil && r.Method == http.MethodGet {
		s.mu.Lock()
		s.count[answer.StatusCode]++
		s.mu.Unlock()
	}
	return answer, err
}

// A list that is read again travels only where it changed, and is always as it
// is now.
func TestUsers_unchanged(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{NoFaults: true})
	seen := &statuses{RoundTripper: cleanhttp.DefaultPooledTransport()}
	c := b.NewClient(t, client.Options{PageSize: 2, Transport: seen})
	names := func(wantRead, wantSame int) []string {
		t.Helper()
		seen.count = map[int]int{}
		users, err := c.Users(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if seen.count[200] != wantRead || seen.count[304] != wantSame {
			t.Errorf("answers by status: %v, want %d pages that were sent and %d that were not", seen.count, wantRead, wantSame)
		}
		var list []string
		for _, u := range users {
			list = append(list, u.FirstName+" "+string(u.Status))
		}
		return list
	}
	for i := range 5 { // the owner exists already
		if _, err := b.Client.CreateUser(t.Context(), api.UserCreate{
			FirstName: fmt.Sprint("User", i), LastName: "X", ContactEmail: fmt.Sprintf("u%d@acme.example", i),
			PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{},
		}); err != nil {
			t.Fatal(err)
		}
	}
	first := names(4, 0) // one more than there are, as the last is full
	if again := names(0, 4); !slices.Equal(again, first) || len(first) != 6 {
		t.Errorf("got %v, then %v", first, again)
	}
	u, err := b.Client.UserByEmail(t.Context(), "u4@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Client.LockUser(t.Context(), u.ID); err != nil {
		t.Fatal(err)
	}
	if changed := names(1, 3); !slices.Equal(changed, append(slices.Clone(first[:5]), "User4 INACTIVE")) {
		t.Errorf("after a change got %v", changed)
	}
	if err := b.Client.DeleteUser(t.Context(), u.ID, false); err != nil {
		t.Fatal(err)
	}
	if rest := names(3, 0); len(rest) != 5 { // the count is another on every page
		t.Errorf("after a removal got %v", rest)
	}
}
