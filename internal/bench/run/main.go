// Command run measures whole processes: the CLI with this provider and a backend,
// compared with the same CLI and a provider that does nothing; and the backend's
// database, SQLite and PostgreSQL, compared with a bare one. It prints a table, and
// writes it as CSV and as a chart.
//
//	go run ./internal/bench/run -provider bin/terraform-provider-iam -floor bin/floor/terraform-provider-iam -cli terraform
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

type options struct {
	cli, provider, floor string
	sizes                []int
	refresh              []int
	csv                  []int // users in one iam_users_csv
	members              []int
	stored               int   // users in the database that is read
	whole                []int // users of the tenants that are read as a whole
	out, commit          string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o, err := parse()
	if err == nil {
		err = run(ctx, o)
	}
	if err != nil {
		log.Fatal(err) //nolint:gocritic // the context ends with the process
	}
}

func parse() (o options, err error) {
	flag.StringVar(&o.cli, "cli", "terraform", "the CLI to run")
	flag.StringVar(&o.provider, "provider", "bin/terraform-provider-iam", "binary of the provider")
	flag.StringVar(&o.floor, "floor", "bin/floor/terraform-provider-iam", "binary of the provider that does nothing")
	flag.StringVar(&o.out, "out", "bin/bench", "folder for results.csv and chart.svg")
	flag.StringVar(&o.commit, "commit", "unknown", "the measured commit")
	sizes := flag.String("sizes", "100,1000", "numbers of iam_user instances to apply, plan and destroy")
	refresh := flag.String("refresh", "5000", "numbers of iam_user instances to plan")
	members := flag.String("members", "2000,20000", "entries of one iam_group_members")
	whole := flag.String("whole", "20000,200000", "users of tenants that are reported and exported as a whole")
	csv := flag.String("csv", "10000,50000", "users in one iam_users_csv")
	flag.IntVar(&o.stored, "stored", 1000000, "users in the database that is read")
	flag.Parse()
	if o.sizes, err = numbers(*sizes); err != nil {
		return o, err
	}
	if o.refresh, err = numbers(*refresh); err != nil {
		return o, err
	}
	if o.csv, err = numbers(*csv); err != nil {
		return o, err
	}
	if o.whole, err = numbers(*whole); err != nil {
		return o, err
	}
	if o.members, err = numbers(*members); err != nil {
		return o, err
	}
	for _, path := range []*string{&o.provider, &o.floor} {
		if *path, err = filepath.Abs(*path); err != nil {
			return o, err
		}
	}
	return o, nil
}

func numbers(text string) ([]int, error) {
	var list []int
	for part := range strings.SplitSeq(text, ",") {
		if part == "" {
			continue
		}
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is not a positive number", part)
		}
		list = append(list, n)
	}
	return list, nil
}

func run(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "iam-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r := &results{commit: o.commit, machine: machine(), day: time.Now().UTC().Format(time.DateOnly)}
	for _, part := range []func(context.Context, options, string, *results) error{
		measureStore, measureServer, measurePostgres, measureInstances, measureRefresh, measureCSV, measureMembers, measureWhole, measureConsole,
	} {
		if err := part(ctx, o, dir, r); err != nil {
			return errors.Join(err, r.print(os.Stdout))
		}
	}
	if err := r.print(os.Stdout); err != nil {
		return err
	}
	return r.write(o.out)
}

// machine describes the machine as far as it affects the measurements.
func machine() string {
	model := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if _, rest, ok := strings.Cut(string(text), "model name\t: "); ok {
			model, _, _ = strings.Cut(rest, "\n")
		}
	}
	return fmt.Sprintf("%d cores, %s, %s", runtime.NumCPU(), model, runtime.GOOS)
}

// write writes the table as CSV and as a chart.
func (r *results) write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, write := range map[string]func(*os.File) error{
		"results.csv": func(f *os.File) error { return r.writeCSV(f) },
		"chart.svg":   func(f *os.File) error { return r.writeChart(f) },
	} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if err := errors.Join(write(f), f.Close()); err != nil {
			return err
		}
	}
	return nil
}
