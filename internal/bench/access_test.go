package bench

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// BenchmarkReport builds the permissions report of one user of the large tenant,
// with groups evaluated in advance; the floor merges as many accesses.
func BenchmarkReport(b *testing.B) {
	s := Tenant(Users)
	groups := s.Rights.Compile(s.Groups)
	rows, i := 0, 0
	for b.Loop() {
		i = (i + 1) % len(s.Users)
		rows += len(groups.Subject(false, s.Users[i].GroupIDs...).Report())
	}
	b.ReportMetric(float64(rows)/float64(b.N), "rows/op")
	levels := make([]access.Access, GroupsPerUser)
	for j := range levels {
		levels[j] = s.Rights.Access(s.Groups[j])
	}
	var merged access.Access
	against(b, func() error {
		for _, a := range levels {
			merged = access.Merge(merged, a)
		}
		return nil
	})
}

// BenchmarkDecide asks for one user, entity, level and restriction.
func BenchmarkDecide(b *testing.B) {
	s := Tenant(Users)
	groups := s.Rights.Compile(s.Groups)
	entities, site := access.Entities(), Site(0)
	i := 0
	for b.Loop() {
		i++
		subject := groups.Subject(false, s.Users[i%len(s.Users)].GroupIDs...)
		if d := subject.Decide(entities[i%len(entities)].Code, access.Read, access.Records{Restriction: &site}); d.Reason == "" {
			b.Fatal("no reason")
		}
	}
}

// BenchmarkCompile evaluates the groups of the large tenant.
func BenchmarkCompile(b *testing.B) {
	s := Tenant(0)
	for b.Loop() {
		s.Rights.Compile(s.Groups)
	}
}

// everyUser runs something over tenants of growing size on one core: the time per
// user is constant if it is linear. It reports the memory left by the largest,
// including garbage.
func everyUser(b *testing.B, run func(b *testing.B, s access.State) func()) {
	b.Helper()
	for _, users := range []int{Users / 4, Users} {
		b.Run(fmt.Sprintf("users=%d", users), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			once := run(b, Tenant(users))
			debug.FreeOSMemory()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			before := m.HeapSys - m.HeapReleased
			for b.Loop() {
				once()
			}
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapSys-m.HeapReleased-before)/1e6, "MB-more")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(users), "ns/user")
		})
	}
}

// BenchmarkReviewReports builds the report of every user.
func BenchmarkReviewReports(b *testing.B) {
	everyUser(b, func(b *testing.B, s access.State) func() {
		return func() {
			rows := 0
			for _, report := range access.Reports(s) {
				rows += len(report)
			}
			if rows == 0 {
				b.Fatal("no rows")
			}
		}
	})
}

// BenchmarkReviewCSV writes the report of every user as CSV.
func BenchmarkReviewCSV(b *testing.B) {
	everyUser(b, func(b *testing.B, s access.State) func() {
		return func() {
			if err := access.WriteReportCSV(io.Discard, s); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkReviewFindings computes the findings of the tenant.
func BenchmarkReviewFindings(b *testing.B) {
	everyUser(b, func(b *testing.B, s access.State) func() {
		return func() {
			if len(access.Findings(s)) == 0 {
				b.Fatal("no findings")
			}
		}
	})
}

// BenchmarkCompareStates compares the tenant with a state in which one group of
// twenty changed, which affects two users of nine.
func BenchmarkCompareStates(b *testing.B) {
	everyUser(b, func(b *testing.B, s access.State) func() { return comparison(b, s, 20) })
}

// BenchmarkCompareStates_everything compares it with a state in which every group
// changed.
func BenchmarkCompareStates_everything(b *testing.B) {
	everyUser(b, func(b *testing.B, s access.State) func() { return comparison(b, s, 1) })
}

// comparison compares with a state in which every nth group has the access of the
// next one.
func comparison(b *testing.B, before access.State, every int) func() {
	after := before
	after.Groups = slices.Clone(before.Groups)
	for i := 0; i < len(after.Groups); i += every {
		next := before.Groups[(i+1)%len(before.Groups)]
		next.ID = after.Groups[i].ID
		after.Groups[i] = next
	}
	return func() {
		changes := 0
		for u := range access.CompareStates(before, after) {
			changes += len(u.Changes)
		}
		if changes == 0 {
			b.Fatal("no changes")
		}
	}
}

// BenchmarkForecast plans the removal of 8,000 users, one step each, as
// guardrails do for a destroy. The ratio to the time for half as many is near 2
// if the cost of a step does not depend on the steps before it.
func BenchmarkForecast(b *testing.B) {
	s := Tenant(8_000)
	removals := func(n int) time.Duration {
		f := access.NewForecast(s)
		start := time.Now()
		losing := 0
		for _, u := range s.Users[:n] {
			losing = f.Change(func(t *access.Tenant) { t.RemoveUser(u) }).Losing.Users
		}
		if losing != n {
			b.Fatalf("%d of %d users lose", losing, n)
		}
		return time.Since(start)
	}
	var half, all time.Duration
	for b.Loop() {
		half += removals(4_000)
		all += removals(8_000)
	}
	b.ReportMetric(float64(all)/float64(half), "ratio")
	b.ReportMetric(all.Seconds()*1e6/float64(b.N)/8_000, "µs/step")
}
