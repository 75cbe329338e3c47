package provider_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
)

var matrixFile = flag.String("matrix", "", "write what became of the lifecycles of every managed type to this file")

// lifecycle is a column of the matrix.
type lifecycle struct {
	name string
	// holds shows that a type goes through it.
	holds func(l *life)
	// all shows it for every type at once, as the real CLI is slow and alone can.
	all func(t *testing.T)
}

// lifecycles are in the order in which the matrix shows them.
var lifecycles = []lifecycle{
	{name: "create", holds: (*life).create},
	{name: "second plan", holds: (*life).secondPlan},
	{name: "update", holds: (*life).update},
	{name: "unset", holds: (*life).unset},
	{name: "null element", holds: (*life).nullElement},
	{name: "same key twice", holds: (*life).sameKeyTwice},
	{name: "rename without moved", holds: (*life).rename},
	{name: "-replace", holds: (*life).replace},
	{name: "taint", holds: (*life).taint},
	{name: "create_before_destroy", holds: (*life).createFirst},
	{name: "create_before_destroy and -replace", holds: (*life).createFirstForced},
	{name: "removed block", all: forgetAll},
	{name: "import", holds: (*life).imports},
	{name: "id unknown", holds: (*life).unknownID},
	{name: "-target", holds: (*life).target},
	{name: "-refresh=false", holds: (*life).noRefresh},
	{name: "stale saved plan", holds: (*life).stalePlan},
	{name: "destroy without references", holds: (*life).destroyUnordered},
	{name: "deleted outside", holds: (*life).deletedOutside},
	{name: "parent deleted outside", holds: (*life).parentDeleted},
	{name: "two runs at once", holds: (*life).twoRuns},
	{name: "killed and run again", holds: (*life).killed},
}

// Every managed type goes through every lifecycle: the server shows afterwards
// what the configuration says, and the plan has said before what is lost. A cell
// without a test has a reason in words.
func TestLifecycle(t *testing.T) {
	t.Parallel()
	schemas := surface(t).ResourceSchemas
	checkRows(t, schemas)
	var m matrix
	all := newTenants(t)
	t.Run("cells", func(t *testing.T) {
		for _, column := range lifecycles {
			if column.all != nil {
				t.Run(column.name, func(t *testing.T) {
					t.Parallel()
					defer func() {
						for name := range lifecycleTypes {
							m.note(name, column.name, outcome(t))
						}
					}()
					column.all(t)
				})
				continue
			}
			for _, name := range slices.Sorted(maps.Keys(lifecycleTypes)) {
				t.Run(name+"/"+column.name, func(t *testing.T) {
					t.Parallel()
					l := &life{
						name: name, row: lifecycleTypes[name], schema: schemas[name], tenants: all,
						cell: lifecycleTypes[name].cells[column.name],
					}
					l.hold(t, column, func(result string) { m.note(name, column.name, result) })
				})
			}
		}
	})
	if *matrixFile != "" {
		if err := os.WriteFile(*matrixFile, []byte(m.text()), 0o600); err != nil {
			t.Error(err)
		}
	}
}

// checkRows wants a row for each managed type, and in it each argument of the
// schema.
func checkRows(t *testing.T, schemas map[string]*tfprotov6.Schema) {
	t.Helper()
	for name, s := range schemas {
		row, ok := lifecycleTypes[name]
		if !ok {
			t.Errorf("%s has no row in lifecycleTypes", name)
			continue
		}
		for _, a := range s.Block.Attributes {
			change, ok := row.arguments[a.Name]
			switch {
			case !a.Required && !a.Optional:
			case !ok:
				t.Errorf("%s has no update of the argument %s", name, a.Name)
			case change.shown == "" && change.silent == "" && change.refused == "":
				t.Errorf("%s does not say what the server shows once %s is another", name, a.Name)
			case a.Optional && change.unset == "" && change.silent == "" && change.unsetRefused == "":
				t.Errorf("%s does not say what the server shows once %s is left out", name, a.Name)
			}
		}
		for column := range row.cells {
			if !slices.ContainsFunc(lifecycles, func(l lifecycle) bool { return l.name == column }) {
				t.Errorf("%s has a cell for %q, which is no lifecycle", name, column)
			}
		}
	}
	for name := range lifecycleTypes {
		if schemas[name] == nil {
			t.Errorf("%s is in lifecycleTypes and not managed", name)
		}
	}
}

// matrix is what became of the cells.
type matrix struct {
	mu    sync.Mutex
	cells map[string]string
}

func (m *matrix) note(typeName, column, result string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cells == nil {
		m.cells = map[string]string{}
	}
	m.cells[typeName+"/"+column] = result
}

// text is the matrix as a table, with the reasons below.
func (m *matrix) text() string {
	var table, reasons strings.Builder
	table.WriteString("| |")
	for _, name := range slices.Sorted(maps.Keys(lifecycleTypes)) {
		table.WriteString(" " + strings.TrimPrefix(name, "iam_") + " |")
	}
	table.WriteString("\n|---|" + strings.Repeat("---|", len(lifecycleTypes)) + "\n")
	for _, column := range lifecycles {
		table.WriteString("| " + column.name + " |")
		for _, name := range slices.Sorted(maps.Keys(lifecycleTypes)) {
			result, reason, _ := strings.Cut(m.cells[name+"/"+column.name], ": ")
			table.WriteString(" " + result + " |")
			if reason != "" {
				fmt.Fprintf(&reasons, "%s, %s: %s: %s\n", name, column.name, result, reason)
			}
		}
		table.WriteString("\n")
	}
	return table.String() + "\n" + reasons.String()
}

// life is a cell of the matrix while it is being shown.
type life struct {
	t      testing.TB
	name   string
	row    lifecycleType
	schema *tfprotov6.Schema
	cell   cell

	// see start
	tenants  *tenants
	tenant   *tenant
	p        *providertest.Provider
	s        *providertest.Stack
	ids      values
	pristine []string // what the server showed at first
	before   []string // what it showed at the last mark
	tried    bool     // whether the cell has tried anything
}

// outcome is what the matrix says of a test that has ended.
func outcome(t *testing.T) string {
	switch {
	case t.Failed():
		return "FAILED"
	case t.Skipped():
		return "not run: it needs a CLI and TF_ACC"
	}
	return "tested"
}

// hold shows that the cell holds, and notes what became of it.
func (l *life) hold(t *testing.T, column lifecycle, note func(result string)) {
	t.Helper()
	if l.cell.impossible != "" {
		note("impossible: " + l.cell.impossible)
		return
	}
	defer func() { note(outcome(t)) }()
	l.t = t
	column.holds(l)
	if !l.tried && !t.Failed() {
		t.Error("nothing was tried: say why in the cell")
	}
}

// start makes a tenant, with what the object may be part of. The one before is
// good enough where nothing is left in it.
func (l *life) start() {
	l.t.Helper()
	if l.tenant != nil && l.pristine != nil && slices.Equal(l.dump(), l.pristine) {
		l.s = providertest.NewStack(l.p)
		l.mark()
		return
	}
	l.tenant = l.tenants.add(l.t)
	if l.row.setup != nil {
		if err := l.row.setup(l.t.Context(), l.tenant.client); err != nil {
			l.t.Fatal(err)
		}
	}
	l.ids = parents(l.t, l.tenant.client)
	for name, email := range map[string]string{"another": "another@acme.example", "parent": "parent@acme.example"} {
		if u, err := l.tenant.client.UserByEmail(l.t.Context(), email); err == nil {
			l.ids["$"+name] = u.ID
		}
		if m, err := l.tenant.client.TeamMemberByEmail(l.t.Context(), email); err == nil {
			l.ids["$"+name+"Member"] = m.ID
		}
	}
	l.p = providertest.New(l.t, l.tenant.config)
	l.s = providertest.NewStack(l.p)
	l.mark()
	l.pristine = l.before
}

// mark remembers the tenant as it is now.
func (l *life) mark() {
	l.t.Helper()
	l.before = l.dump()
	l.tenant.writes.Store(0)
}

// dump returns what the server shows. Only what grants access changes what is
// granted.
func (l *life) dump() []string {
	l.t.Helper()
	return dumpOf(l.t, l.tenant.client, slices.Contains([]string{"iam_scope", "iam_access_control", "iam_role_template"}, l.name))
}

// shows returns what the server shows beyond what it showed at the last mark.
func (l *life) shows() string {
	l.t.Helper()
	return differences(l.dump(), l.before)
}

// wantShown wants a fragment in what the server shows beyond the last mark, or,
// when it begins with "!", not.
func (l *life) wantShown(doing, fragment string) {
	l.t.Helper()
	shown := l.shows()
	if !fits(shown, fragment) {
		l.t.Errorf("%s: the server shows\n%s\nwant %s", doing, shown, fragment)
	}
}

func fits(shown, fragment string) bool {
	if absent, ok := strings.CutPrefix(fragment, "!"); ok {
		return !strings.Contains(shown, absent)
	}
	return strings.Contains(shown, fragment)
}

// wantUnchanged wants the server to show what it showed at the last mark.
func (l *life) wantUnchanged(doing string) {
	l.t.Helper()
	after := l.dump()
	if more, less := differences(after, l.before), differences(l.before, after); more+less != "" {
		l.t.Errorf("%s: the server shows\n%s\nand no longer\n%s", doing, more, less)
	}
}

// wantGone wants what the server showed before there was an object, except what
// stays.
func (l *life) wantGone(doing string) {
	l.t.Helper()
	if l.row.stays != "" {
		l.wantShown(doing, l.row.stays)
		return
	}
	l.wantUnchanged(doing)
}

// address is that of a block of the type.
func (l *life) address(name string) string { return l.name + "." + name }

// block is a block with what config says, and other values.
func (l *life) block(name string, others ...values) providertest.Block {
	config := maps.Clone(l.row.config(l.ids))
	for _, more := range others {
		for argument, value := range more {
			config[argument] = l.substitute(value)
			if value == nil {
				delete(config, argument)
			}
		}
	}
	return providertest.Block{Address: l.address(name), Config: config}
}

// substitute puts ids in the place of $another and the like.
func (l *life) substitute(v any) any {
	switch v := v.(type) {
	case string:
		if id, ok := l.ids[v]; ok && strings.HasPrefix(v, "$") {
			return id
		}
	case values:
		out := values{}
		for key, item := range v {
			out[key] = l.substitute(item)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = l.substitute(item)
		}
		return out
	}
	return v
}

func (l *life) run(blocks ...providertest.Block) *providertest.Planned {
	l.t.Helper()
	return l.s.MustRun(providertest.Run{Blocks: blocks})
}

// wantSettled wants a plan of the blocks that does nothing, over a state that is
// what the server shows.
func (l *life) wantSettled(doing string, blocks ...providertest.Block) {
	l.t.Helper()
	planned := l.s.Plan(providertest.Run{Blocks: blocks})
	if planned.Failed() || len(planned.Actions()) > 0 {
		l.t.Errorf("%s: the next plan does %v: %v", doing, planned.Actions(), planned.Said)
	}
}

// wantRefused wants errors of a plan that has nothing written.
func (l *life) wantRefused(doing string, planned *providertest.Planned, parts ...string) {
	l.t.Helper()
	if !planned.Failed() || !hasError(planned.Said, parts...) {
		l.t.Errorf("%s: the plan does %v and says %v, want an error with %q", doing, planned.Actions(), planned.Said, parts)
	}
	if n := l.tenant.writes.Load(); n > 0 {
		l.t.Errorf("%s: the plan wrote %d times", doing, n)
	}
}

// hasError reports whether one error holds every part.
func hasError(d providertest.Diagnostics, parts ...string) bool {
	return slices.ContainsFunc(d, func(text string) bool {
		return strings.HasPrefix(text, "error") && providertest.Diagnostics{text}.Has(parts...)
	})
}
