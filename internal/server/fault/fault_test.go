package fault_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/server/fault"
)

// faultyServer answers a list for a GET of /list, the id "new" for a POST to
// it, and 404 for a DELETE of a missing object.
func faultyServer(t *testing.T, faults string) *httptest.Server {
	t.Helper()
	f, err := fault.Parse(faults)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(f.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodPost:
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"id":"new"}`)
		case http.MethodDelete:
			w.WriteHeader(http.StatusNotFound)
		default:
			w.Header().Set("X-Total-Count", "4")
			_, _ = io.WriteString(w, `[{"id":"a","scopes":["1","2","3","4","5","6"]},{"id":"b"},{"id":"c"},{"id":"new"}]`)
		}
	})))
	t.Cleanup(s.Close)
	return s
}

func ask(t *testing.T, method, url string) (status int, body string, header http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error(), nil
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), resp.Header
}

func TestSwitches_refuse(t *testing.T) {
	t.Parallel()
	if status, _, header := ask(t, "GET", faultyServer(t, "429=1").URL+"/list"); status != http.StatusTooManyRequests || header.Get("Retry-After") == "" {
		t.Errorf("got %d, %v", status, header)
	}
	s := faultyServer(t, "503=1")
	if status, _, _ := ask(t, "GET", s.URL+"/list"); status != http.StatusServiceUnavailable {
		t.Errorf("got %d", status)
	}
	if status, _, _ := ask(t, "GET", s.URL+"/healthz"); status != http.StatusOK {
		t.Errorf("health answers %d", status)
	}
}

func TestSwitches_drop(t *testing.T) {
	t.Parallel()
	s := faultyServer(t, "drop=1")
	if status, text, _ := ask(t, "POST", s.URL+"/list"); status != 0 {
		t.Errorf("a write got %d, %s", status, text)
	}
	if status, _, _ := ask(t, "GET", s.URL+"/list"); status != http.StatusOK {
		t.Errorf("a read got %d", status)
	}
}

func TestSwitches_tolerantDeletes(t *testing.T) {
	t.Parallel()
	if status, _, _ := ask(t, "DELETE", faultyServer(t, "tolerant-deletes").URL+"/list/a"); status != http.StatusNoContent {
		t.Errorf("got %d", status)
	}
	if status, _, _ := ask(t, "DELETE", faultyServer(t, "").URL+"/list/a"); status != http.StatusNotFound {
		t.Errorf("without the switch: got %d", status)
	}
}

func TestSwitches_shuffle(t *testing.T) {
	t.Parallel()
	s := faultyServer(t, "shuffle,seed=3")
	orders := map[string]bool{}
	for range 20 {
		_, body, _ := ask(t, "GET", s.URL+"/list")
		orders[body] = true
		var items []struct {
			ID     string
			Scopes []string
		}
		if err := json.Unmarshal([]byte(body), &items); err != nil || len(items) != 4 {
			t.Fatalf("%v: %s", err, body)
		}
		for _, item := range items {
			if item.ID == "a" && !slices.Equal(slices.Sorted(slices.Values(item.Scopes)), []string{"1", "2", "3", "4", "5", "6"}) {
				t.Errorf("lost some: %v", item.Scopes)
			}
		}
		if _, sorted, _ := ask(t, "GET", s.URL+"/list?sort=id"); !strings.Contains(sorted, `"a"`) || strings.Index(sorted, `"b"`) > strings.Index(sorted, `"c"`) {
			t.Errorf("a sorted list must stay sorted: %s", sorted)
		}
	}
	if len(orders) < 2 {
		t.Error("the order never changes")
	}
}

func TestSwitches_lag(t *testing.T) {
	t.Parallel()
	s := faultyServer(t, "lag=10m")
	if status, _, _ := ask(t, "POST", s.URL+"/list"); status != http.StatusCreated {
		t.Fatalf("got %d", status)
	}
	if status, _, _ := ask(t, "GET", s.URL+"/list/new"); status != http.StatusNotFound {
		t.Errorf("the new object shows at once: %d", status)
	}
	if _, body, header := ask(t, "GET", s.URL+"/list"); strings.Contains(body, "new") || header.Get("X-Total-Count") != "3" {
		t.Errorf("the list shows it at once: %s, %v", body, header)
	}
	soon := faultyServer(t, "lag=1ns")
	ask(t, "POST", soon.URL+"/list")
	if status, _, _ := ask(t, "GET", soon.URL+"/list/new"); status != http.StatusOK {
		t.Errorf("the new object never shows: %d", status)
	}
}

// Switches of the server alone leave the responses as they are, with their ETag.
func TestSwitches_ofServer(t *testing.T) {
	t.Parallel()
	f, err := fault.Parse("vendor-groups=1s,lenient-language,one-key-maps,seed=7")
	if err != nil {
		t.Fatal(err)
	}
	next := http.NewServeMux()
	if got := f.Wrap(next); got != http.Handler(next) {
		t.Errorf("got %T", got)
	}
	f.Slow = 1
	if got := f.Wrap(next); got == http.Handler(next) {
		t.Error("a fault of the handler is missing")
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	got, err := fault.Parse("shuffle, lag=200ms,429=0.1,503=0.05,slow=50ms,drop=0.25,tolerant-deletes,vendor-groups=500ms,lenient-language,one-key-maps,seed=7")
	want := fault.Switches{Shuffle: true, Lag: 200 * time.Millisecond, TooMany: 0.1, Unavailable: 0.05, Slow: 50 * time.Millisecond, Drop: 0.25, TolerantDeletes: true, VendorGroups: 500 * time.Millisecond, LenientLanguage: true, OneKeyMaps: true, Seed: 7}
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, text := range []string{"gremlins", "429=2", "drop=-1", "lag=soon", "vendor-groups=late", "seed=x"} {
		if _, err := fault.Parse(text); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: got %v", text, err)
		}
	}
}
