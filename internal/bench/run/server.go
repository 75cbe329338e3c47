package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// served is the backend with a database, on loopback, in this process.
type served struct {
	url, token string
	http       *http.Client
	close      func()
}

func serve(ctx context.Context, dsn string) (*served, error) {
	db, err := sqlstore.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	s, err := server.New(ctx, server.Options{Store: db})
	if err != nil {
		return nil, err
	}
	if _, err := s.EnsureTenant(ctx, tenant, ""); err != nil {
		return nil, err
	}
	token, err := s.IssueToken(clientID, tenant, api.AllScopes())
	if err != nil {
		return nil, err
	}
	listener := httptest.NewServer(s)
	return &served{
		url: listener.URL, token: token, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}},
		close: func() { listener.Close(); s.Close(); _ = db.Close() },
	}, nil
}

// call sends a request and expects this status.
func (s *served) call(ctx context.Context, method, path, body string, want int) error {
	r, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	answer, err := s.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != want {
		err = fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, text)
	}
	return err
}

// measureServer measures the backend over HTTP: creating users, and reading from
// a database with many users.
func measureServer(ctx context.Context, o options, dir string, r *results) error {
	file := filepath.Join(dir, "served.db")
	s, err := serve(ctx, "sqlite:"+file)
	if err != nil {
		return err
	}
	defer s.close()
	for _, callers := range []int{1, 64} {
		health, err := rate(callers, func(int64) error { return s.call(ctx, http.MethodGet, api.PathHealth, "", http.StatusOK) })
		if err != nil {
			return err
		}
		created, err := rate(callers, func(n int64) error {
			body := fmt.Sprintf(`{"firstName": "First", "lastName": "Last", "contactEmail": "c%d-%d@acme.example", "department": "", "preferredSite": "main", "preferredCurrency": "EUR", "preferredLanguage": "en", "groupIds": []}`, callers, n)
			return s.call(ctx, http.MethodPost, "/iam/"+tenant+"/users", body, http.StatusCreated)
		})
		if err != nil {
			return err
		}
		r.against(row{part: "backend over HTTP", size: callers, figure: "users created", value: created, unit: "/s"}, "requests that do nothing", health)
	}
	if o.stored == 0 {
		return nil
	}
	if err := fill(ctx, file, o.stored); err != nil {
		return err
	}
	return measureReads(ctx, s, o.stored, r)
}

// fill writes users to the database without the backend.
func fill(ctx context.Context, file string, n int) error {
	db, err := sqlstore.Open(ctx, "sqlite:"+file)
	if err != nil {
		return err
	}
	defer db.Close()
	const together = 5000
	for start := 0; start < n; start += together {
		err := db.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
			for i := start; i < min(start+together, n); i++ {
				if err := tx.CreateUser(ctx, user(int64(i))); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("storing users: %w", err)
		}
	}
	return nil
}

// measureReads reads single users at a fixed rate, and pages of the list.
func measureReads(ctx context.Context, s *served, stored int, r *results) error {
	const perSecond, seconds = 1000, 5
	took := make([]time.Duration, perSecond*seconds)
	failures := make([]error, len(took))
	var all sync.WaitGroup
	ticks := time.NewTicker(time.Second / perSecond)
	defer ticks.Stop()
	for i := range took {
		<-ticks.C
		all.Go(func() {
			start := time.Now()
			path := fmt.Sprintf("/iam/%s/users/u%08d", tenant, i*7919%stored)
			failures[i] = s.call(ctx, http.MethodGet, path, "", http.StatusOK)
			took[i] = time.Since(start)
		})
	}
	all.Wait()
	if i := slices.IndexFunc(failures, func(err error) bool { return err != nil }); i >= 0 {
		return failures[i]
	}
	slices.Sort(took)
	r.add(row{part: "one user, 1000 reads/s", size: stored, figure: "p99", value: milliseconds(took[len(took)*99/100]), unit: "ms"},
		row{part: "one user, 1000 reads/s", size: stored, figure: "median", value: milliseconds(took[len(took)/2]), unit: "ms"})
	const page = 500
	var first float64
	for _, place := range []struct {
		name   string
		number int
	}{{"first page", 1}, {"last page", stored / page}} {
		path := fmt.Sprintf("/iam/%s/users?pageSize=%d&pageNumber=%d", tenant, page, place.number)
		if err := s.call(ctx, http.MethodGet, path, "", http.StatusOK); err != nil {
			return err // builds the page anchors
		}
		pages, err := rate(1, func(int64) error { return s.call(ctx, http.MethodGet, path, "", http.StatusOK) })
		if err != nil {
			return err
		}
		if first == 0 {
			first = 1000 / pages
		}
		r.against(row{part: "list of users, 500 a page", size: stored, figure: place.name, value: 1000 / pages, unit: "ms"}, "first page", first)
	}
	return nil
}
