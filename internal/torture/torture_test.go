//go:build unix

package torture_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// durationVariable is the total duration of an engine's trials, such as "30m".
// Without it each trial does the minimum.
const durationVariable = "IAM_TEST_TORTURE"

func TestMain(m *testing.M) { providertest.Main(m) }

// trial is a test that each engine must pass.
type trial struct {
	name  string
	share int // of the time
	run   func(t *testing.T, s *stage)
}

var trials = []trial{
	{"killed in the middle of writes", 25, killed},
	{"what belongs to others", 5, walls},
	{"hostile requests", 10, hostile},
	{"a server that lies", 10, lies},
	{"a full disk", 10, fullDisk},
	{"replicas", 20, replicas},
	{"attacks and daily work", 20, soak},
}

// stage is the environment of one trial.
type stage struct {
	postgres bool
	dsn      string // of an empty database
	until    time.Time
	long     bool // there is time

	figures []string
}

// more reports whether the trial continues.
func (s *stage) more() bool { return time.Now().Before(s.until) }

// say adds a figure to the trial's row of the table.
func (s *stage) say(format string, values ...any) {
	s.figures = append(s.figures, fmt.Sprintf(format, values...))
}

// impossible ends a trial that cannot run here.
func (s *stage) impossible(t *testing.T, format string, values ...any) {
	t.Helper()
	s.say(format, values...)
	t.Skipf(format, values...)
}

// TestTorture runs all trials, of both engines side by side, and prints a table.
func TestTorture(t *testing.T) {
	total := time.Duration(0)
	if text := os.Getenv(durationVariable); text != "" {
		var err error
		if total, err = time.ParseDuration(text); err != nil || total < 0 {
			t.Fatalf("%s is a duration such as 30m, not %q", durationVariable, text)
		}
	}
	var table rows
	t.Run("engine", func(t *testing.T) {
		sqltest.Each(t, func(t *testing.T, _ string) {
			shares := 0
			for _, trial := range trials {
				shares += trial.share
			}
			engine := t.Name()[strings.LastIndex(t.Name(), "/")+1:]
			for _, trial := range trials {
				time := total * time.Duration(trial.share) / time.Duration(shares)
				t.Run(trial.name, func(t *testing.T) { table.add(t, engine, trial, time) })
			}
		})
	})
	if !slices.ContainsFunc(table.lines, func(line string) bool { return strings.HasPrefix(line, "PostgreSQL") }) {
		table.lines = append(table.lines, "PostgreSQL\tall of them\tno database was named\tnot run")
	}
	table.print(t)
}

// rows are those of the table.
type rows struct {
	mu    sync.Mutex
	lines []string
}

// add runs a trial on a database of its own, and records its result.
func (r *rows) add(t *testing.T, engine string, trial trial, length time.Duration) {
	t.Helper()
	s := &stage{postgres: engine == "PostgreSQL", long: length > 0}
	if s.postgres {
		s.dsn, _ = sqltest.Postgres(t)
	} else {
		s.dsn = sqltest.SQLite(t)
	}
	defer func() {
		verdict := "held"
		switch {
		case t.Failed():
			verdict = "FAILED"
		case t.Skipped():
			verdict = "not run"
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.lines = append(r.lines, strings.Join([]string{engine, trial.name, strings.Join(s.figures, ", "), verdict}, "\t"))
	}()
	s.until = time.Now().Add(length)
	trial.run(t, s)
}

func engineOf(line string) string {
	engine, _, _ := strings.Cut(line, "\t")
	return engine
}

func (r *rows) print(t *testing.T) {
	t.Helper()
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ENGINE\tTRIAL\tFIGURES\tVERDICT")
	slices.SortStableFunc(r.lines, func(a, b string) int { return strings.Compare(engineOf(a), engineOf(b)) })
	for _, line := range r.lines {
		fmt.Fprintln(w, line)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + text.String())
}
