package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// consoleUsers are the users of the tenant that the console shows.
const consoleUsers = 10_000

// consolePages are pages below the tenant's, and how often each is opened. The draft of a
// group reads the whole tenant the first time.
var consolePages = []struct {
	name, path string
	times      int
}{
	{"users", "users", 50},
	{"users by department", "users?sort=department&order=desc", 50},
	{"groups", "groups", 50},
	{"user's access", "users/u00000007/access", 50},
	{"draft of a group, first", "groups/group-000/access?level.orders=manage", 1},
	{"draft of a group, later", "groups/group-000/access?level.orders=read", 20},
	{"matrix", "matrix", 20},
	{"access holders", "who-can?entity=orders&level=read", 20},
	{"findings", "findings", 20},
}

// measureConsole measures pages of the console beside a request that does nothing, and the
// memory of the backend after all of them.
func measureConsole(ctx context.Context, o options, dir string, r *results) error {
	b, err := startFilled(ctx, o.provider, filepath.Join(dir, "console"), consoleUsers)
	if err != nil {
		return err
	}
	return errors.Join(b.measurePages(ctx, r), b.stop())
}

func (b *backend) measurePages(ctx context.Context, r *results) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	c := &http.Client{Jar: jar}
	signedIn, err := c.PostForm(b.proxy.URL+"/console/"+tenant+"/sign-in", url.Values{"client_id": {clientID}, "client_secret": {clientSecret}})
	if err != nil {
		return err
	}
	if err := signedIn.Body.Close(); err != nil {
		return err
	}
	empty, err := opened(ctx, c, b.proxy.URL+api.PathHealth, 200)
	if err != nil {
		return err
	}
	r.add(row{part: "console", size: consoleUsers, figure: "request that does nothing, median", value: milliseconds(empty), unit: "ms"})
	for _, p := range consolePages {
		took, err := opened(ctx, c, b.proxy.URL+"/console/"+tenant+"/"+p.path, p.times)
		if err != nil {
			return err
		}
		r.against(row{part: "console", size: consoleUsers, figure: p.name + ", median", value: milliseconds(took), unit: "ms"}, "request that does nothing", milliseconds(empty))
	}
	_, used := b.spent()
	r.add(row{part: "console", size: consoleUsers, figure: "backend memory", value: mebibytes(used.memory), unit: "MiB"})
	return nil
}

// opened returns the median time that it takes to open an address, of several times.
func opened(ctx context.Context, c *http.Client, address string, times int) (time.Duration, error) {
	var all []time.Duration
	for range times {
		start := time.Now()
		if err := open(ctx, c, address); err != nil {
			return 0, err
		}
		all = append(all, time.Since(start))
	}
	slices.Sort(all)
	return all[len(all)/2], nil
}

func open(ctx context.Context, c *http.Client, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", address, resp.Status)
	}
	return nil
}
