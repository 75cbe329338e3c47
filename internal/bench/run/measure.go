package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// delay is the additional latency of a request to a remote API.
const delay = 50 * time.Millisecond

// measureStore measures durable writes of the database.
func measureStore(ctx context.Context, _ options, dir string, r *results) error {
	for _, callers := range []int{1, 8, 64} {
		sync, bare, created, err := writes(ctx, dir, callers)
		if err != nil {
			return fmt.Errorf("writing with %d callers: %w", callers, err)
		}
		r.add(row{part: "bare append and sync", size: 1, figure: "writes", value: sync, unit: "/s"})
		r.against(row{part: "bare SQLite, commits shared", size: callers, figure: "inserts", value: bare, unit: "/s"}, "append and sync", sync)
		r.against(row{part: "store over SQLite", size: callers, figure: "users created", value: created, unit: "/s"}, "bare SQLite", bare)
	}
	return nil
}

// life measures a configuration that needs no backend, with these environment
// variables for the do-nothing provider.
func life(ctx context.Context, o options, at place, config files, variables ...string) ([]step, error) {
	w, err := at.workspace(ctx, o, o.floor, config)
	if err != nil {
		return nil, err
	}
	w.env = append(w.env, variables...)
	return w.life(ctx)
}

// place is the folder of a measurement, the latency in it, and where its state is.
type place struct {
	dir    string
	delay  time.Duration // of each request
	states *stateServer  // nil: a local file
}

// workspace creates the workspace of a place, with this provider.
func (at place) workspace(ctx context.Context, o options, provider string, config files) (workspace, error) {
	w, err := newWorkspace(o.cli, at.dir, filepath.Dir(provider), config)
	if err == nil && at.states != nil {
		err = w.remoteState(ctx, at.states, filepath.Dir(provider))
	}
	return w, err
}

// overBackend measures a configuration from apply to destroy, with a backend of
// its own.
func overBackend(ctx context.Context, o options, at place, config func(url string) (files, error)) ([]step, error) {
	return withBackend(ctx, o, at, config, workspace.life)
}

func withBackend(ctx context.Context, o options, at place, config func(url string) (files, error), measure func(workspace, context.Context) ([]step, error)) (steps []step, err error) {
	b, err := startBackend(ctx, o.provider, at.dir+"-backend", at.delay)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.stop()) }()
	written, err := config(b.proxy.URL)
	if err != nil {
		return nil, err
	}
	w, err := at.workspace(ctx, o, o.provider, written)
	if err != nil {
		return nil, err
	}
	w.backend = b
	return measure(w, ctx)
}

// measureInstances measures users with one instance each, with the state on a
// server, as teams have it. With a local state, which the CLI writes anew after
// each object, the apply and the destroy measure mostly that.
func measureInstances(ctx context.Context, o options, dir string, r *results) error {
	states := newStateServer()
	defer states.Close()
	for _, n := range o.sizes {
		remote := func(name string) place { return place{dir: filepath.Join(dir, fmt.Sprint(name, n)), states: states} }
		local := func(name string) place { return place{dir: filepath.Join(dir, fmt.Sprint("local-", name, n))} }
		near, floor, err := besideFloor(ctx, o, remote, n)
		if err != nil {
			return err
		}
		raw, err := life(ctx, o, remote("raw"), userInstances("http://127.0.0.1:1", n), "FLOOR=raw")
		if err != nil {
			return err
		}
		plain, err := life(ctx, o, remote("plain"), plainInstances(n))
		if err != nil {
			return err
		}
		distant := remote("far")
		distant.delay = delay
		far, err := overBackend(ctx, o, distant, func(url string) (files, error) { return userInstances(url, n), nil })
		if err != nil {
			return err
		}
		nearLocal, floorLocal, err := besideFloor(ctx, o, local, n)
		if err != nil {
			return err
		}
		for i := range floor {
			r.compare("iam_user", n, near[i], floor[i])
			r.compare("do-nothing, without framework", n, raw[i], floor[i])
			r.compare("terraform_data", n, plain[i], floor[i])
			r.against(row{part: "iam_user, 50 ms a request", size: n, figure: near[i].name + " wall", value: far[i].wall.Seconds(), unit: "s"}, "loopback", near[i].wall.Seconds())
			r.compare("iam_user, local state", n, nearLocal[i], floorLocal[i])
		}
	}
	return nil
}

// besideFloor measures n users, and the mean of the do-nothing provider before and
// after them: machines change their speed.
func besideFloor(ctx context.Context, o options, at func(name string) place, n int) (near, floor []step, err error) {
	nothing := func(name string) ([]step, error) {
		return life(ctx, o, at(name), userInstances("http://127.0.0.1:1", n))
	}
	before, err := nothing("floor")
	if err != nil {
		return nil, nil, err
	}
	near, err = overBackend(ctx, o, at("near"), func(url string) (files, error) { return userInstances(url, n), nil })
	if err != nil {
		return nil, nil, err
	}
	after, err := nothing("floor-again")
	return near, between(before, after), err
}

// between returns the mean of two measurements.
func between(before, after []step) []step {
	mean := slices.Clone(before)
	for i, s := range after {
		mean[i].wall = (mean[i].wall + s.wall) / 2
		mean[i].cpu = (mean[i].cpu + s.cpu) / 2
		mean[i].provider.cpu = (mean[i].provider.cpu + s.provider.cpu) / 2
	}
	return mean
}

// compare adds the cost of a step next to that of the same step of the do-nothing
// provider.
func (r *results) compare(part string, n int, s, f step) {
	const floor = "do-nothing provider"
	r.against(row{part: part, size: n, figure: s.name + " CPU", value: s.cpu.Seconds(), unit: "s"}, floor, f.cpu.Seconds())
	r.against(row{part: part, size: n, figure: s.name + " wall", value: s.wall.Seconds(), unit: "s"}, floor, f.wall.Seconds())
	if s.cli.memory > 0 && f.cli.memory > 0 {
		r.against(row{part: part, size: n, figure: s.name + " CLI memory", value: mebibytes(s.cli.memory), unit: "MiB"}, floor, mebibytes(f.cli.memory))
	}
	if s.provider.memory > 0 && f.provider.memory > 0 {
		r.against(row{part: part, size: n, figure: s.name + " provider CPU", value: s.provider.cpu.Seconds(), unit: "s"}, floor, f.provider.cpu.Seconds())
		r.against(row{part: part, size: n, figure: s.name + " provider memory", value: mebibytes(s.provider.memory), unit: "MiB"}, floor, mebibytes(f.provider.memory))
	}
	r.overAPI(part, n, s)
}

// overAPI adds the cost of a step to the backend, if there is one.
func (r *results) overAPI(part string, n int, s step) {
	if s.requests == 0 {
		return
	}
	r.add(row{part: part, size: n, figure: s.name + " requests", value: float64(s.requests)})
	if s.backend.memory > 0 {
		r.add(row{part: part, size: n, figure: s.name + " backend CPU", value: s.backend.cpu.Seconds(), unit: "s"},
			row{part: part, size: n, figure: s.name + " backend memory", value: mebibytes(s.backend.memory), unit: "MiB"})
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func mebibytes(n int64) float64 { return float64(n>>10) / 1024 }

// measureCSV measures many users as one file, and the plan of one user more.
func measureCSV(ctx context.Context, o options, dir string, r *results) error {
	for _, n := range o.csv {
		var more step
		steps, err := withBackend(ctx, o, place{dir: filepath.Join(dir, fmt.Sprint("csv", n))}, func(url string) (files, error) { return usersCSV(url, n), nil },
			func(w workspace, ctx context.Context) (steps []step, err error) {
				steps, more, err = w.lifeWithOneMore(ctx)
				return steps, err
			})
		if err != nil {
			return err
		}
		for _, s := range steps {
			r.add(row{part: "iam_users_csv", size: n, figure: s.name + " wall", value: s.wall.Seconds(), unit: "s"},
				row{part: "iam_users_csv", size: n, figure: s.name + " CPU", value: s.cpu.Seconds(), unit: "s"})
			r.overAPI("iam_users_csv", n, s)
		}
		r.against(row{part: "iam_users_csv, a row more", size: n, figure: "plan CLI CPU", value: (more.cpu - more.provider.cpu).Seconds(), unit: "s"}, "no change", (steps[1].cpu - steps[1].provider.cpu).Seconds())
		r.against(row{part: "iam_users_csv, a row more", size: n, figure: "plan CPU", value: more.cpu.Seconds(), unit: "s"}, "no change", steps[1].cpu.Seconds())
		r.against(row{part: "iam_users_csv, a row more", size: n, figure: "plan CLI memory", value: mebibytes(more.cli.memory), unit: "MiB"}, "no change", mebibytes(steps[1].cli.memory))
		r.add(row{part: "iam_users_csv, a row more", size: n, figure: "plan lines", value: float64(more.lines)})
		if instances := r.perInstance("plan wall"); instances > 0 {
			r.against(row{part: "iam_users_csv", size: n, figure: "plan wall", value: steps[1].wall.Seconds(), unit: "s"}, "as many instances", instances*float64(n))
		}
	}
	return nil
}

// perInstance returns the cost of an instance in the largest configuration.
func (r *results) perInstance(figure string) (cost float64) {
	largest := 0
	for _, row := range r.rows {
		if row.part == "iam_user" && row.figure == figure && row.size > largest {
			largest, cost = row.size, row.value/float64(row.size)
		}
	}
	return cost
}

// measureMembers measures a group with many members.
func measureMembers(ctx context.Context, o options, dir string, r *results) error {
	var first float64
	for i, n := range o.members {
		steps, err := overBackend(ctx, o, place{dir: filepath.Join(dir, fmt.Sprint("members", n))}, func(url string) (files, error) {
			ids, err := createUsers(ctx, url, n)
			return groupMembers(url, ids), err
		})
		if err != nil {
			return err
		}
		for _, s := range steps {
			r.add(row{part: "iam_group_members", size: n, figure: s.name + " wall", value: s.wall.Seconds(), unit: "s"})
			r.overAPI("iam_group_members", n, s)
		}
		each := steps[1].wall.Seconds() / float64(n)
		if i == 0 {
			first = each
		} else {
			r.against(row{part: "iam_group_members", size: n, figure: "plan wall an entry", value: each * 1000, unit: "ms"}, fmt.Sprint("an entry of ", o.members[0]), first*1000)
		}
	}
	return nil
}

// createUsers creates users without Terraform and returns their ids.
func createUsers(ctx context.Context, url string, n int) ([]string, error) {
	c, err := newClient(url)
	if err != nil {
		return nil, err
	}
	ids := make([]string, n)
	next := make(chan int)
	failures := make(chan error, 16)
	for range cap(failures) {
		go func() {
			var failure error
			for i := range next {
				if failure != nil {
					continue
				}
				ids[i], failure = c.CreateUser(ctx, api.UserCreate{
					FirstName: "First", LastName: userKey(i), ContactEmail: userKey(i) + "@acme.example",
					PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{},
				})
			}
			failures <- failure
		}()
	}
	for i := range n {
		next <- i
	}
	close(next)
	for range cap(failures) {
		if failure := <-failures; err == nil {
			err = failure
		}
	}
	return ids, err
}

func newClient(url string) (*client.Client, error) {
	return client.New(client.Options{BaseURL: url, Tenant: tenant, ClientID: clientID, ClientSecret: clientSecret})
}
