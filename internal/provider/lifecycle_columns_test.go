package provider_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
)

func (l *life) create() {
	l.tried = true
	l.start()
	l.run(l.block("a"))
	l.wantShown("created", l.row.created)
}

func (l *life) secondPlan() {
	l.tried = true
	l.start()
	l.run(l.block("a"))
	l.mark()
	l.wantSettled("created", l.block("a"))
	l.run(l.block("a"))
	l.wantUnchanged("applied again")
	if n := l.tenant.writes.Load(); n > 0 {
		l.t.Errorf("a second apply writes %d times", n)
	}
}

// each starts a tenant for each argument of the type that is wanted, in which
// there is an object that has its first value.
func (l *life) each(wanted func(name string, change argument) bool, do func(argument string, change argument, first providertest.Block)) {
	for _, name := range slices.Sorted(maps.Keys(l.row.arguments)) {
		change := l.row.arguments[name]
		if !wanted(name, change) {
			continue
		}
		l.start()
		if l.optional(name) && change.from == nil && l.row.config(l.ids)[name] == nil {
			l.t.Fatalf("%s needs a first value", name)
		}
		l.tried = true
		first := l.block("a", change.with)
		if change.from != nil {
			first = l.block("a", change.with, values{name: change.from})
		}
		l.run(first)
		do(name, change, first)
	}
}

func (l *life) optional(argument string) bool {
	for _, a := range l.schema.Block.Attributes {
		if a.Name == argument {
			return a.Optional
		}
	}
	return false
}

func (l *life) update() {
	l.each(func(string, argument) bool { return true }, func(name string, change argument, first providertest.Block) {
		l.changes(name, l.next(first, name), expected{true, change.replaces, change.refused, change.shown, change.destroyed})
	})
}

func (l *life) unset() {
	l.each(func(name string, _ argument) bool { return l.optional(name) }, func(name string, change argument, first providertest.Block) {
		l.changes(name+" left out", other(other(first, l.substituted(change.also)), values{name: nil}), expected{false, change.unsetReplaces, change.unsetRefused, change.unset, change.unsetDestroyed})
	})
}

// next is a block whose argument has become another.
func (l *life) next(first providertest.Block, argument string) providertest.Block {
	change := l.row.arguments[argument]
	return other(other(first, l.substituted(change.also)), values{argument: l.substitute(change.to)})
}

func (l *life) substituted(v values) values {
	out, _ := l.substitute(v).(values)
	return out
}

// other is a block with other values.
func other(b providertest.Block, others values) providertest.Block {
	config := maps.Clone(b.Config)
	for name, value := range others {
		config[name] = value
		if value == nil {
			delete(config, name)
		}
	}
	b.Config = config
	return b
}

// expected is what a change of an argument does.
type expected struct {
	news      bool // the plan does something, and the server has not shown it before
	replaces  bool
	refused   string // part of the error of the plan
	shown     string // by the server afterwards
	destroyed string // what the server shows once the object is destroyed then
}

// changes plans and applies a change.
func (l *life) changes(what string, next providertest.Block, want expected) {
	l.t.Helper()
	if news := want.news || strings.HasPrefix(want.shown, "!"); news && want.shown != "" && fits(l.shows(), want.shown) {
		l.t.Errorf("%s: %s holds before the change", what, want.shown)
	}
	l.tenant.writes.Store(0)
	planned := l.s.Plan(providertest.Run{Blocks: []providertest.Block{next}})
	if want.refused != "" {
		l.wantRefused(what, planned, want.refused)
		return
	}
	action := l.address("a") + " update"
	if want.replaces {
		action = l.address("a") + " replace"
	}
	if actions := planned.Actions(); planned.Failed() || !slices.Equal(actions, []string{action}) && (want.news || len(actions) > 0) {
		l.t.Errorf("%s: the plan does %v: %v, want %s", what, actions, planned.Said, action)
		return
	}
	if d := l.s.Apply(planned); d.Failed() {
		l.t.Errorf("%s: %v", what, d)
		return
	}
	l.wantShown(what, want.shown)
	l.wantSettled(what, next)
	if l.row.stays != "" {
		return
	}
	l.run()
	if want.destroyed != "" {
		l.wantShown(what+", then destroyed", want.destroyed)
	} else {
		l.wantGone(what + ", then destroyed")
	}
}

// nullElement wants an error at the element, or for sets at the attribute.
func (l *life) nullElement() {
	l.start()
	for _, a := range l.schema.Block.Attributes {
		config := l.block("a", l.row.arguments[a.Name].with)
		value, element := any([]any{nil}), ".ElementKeyInt(0)"
		switch {
		case a.Computed && !a.Optional:
			continue
		case a.NestedType != nil && a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeList, a.Type != nil && a.Type.Is(tftypes.List{}):
		case a.Type != nil && a.Type.Is(tftypes.Map{}):
			value, element = values{"en": nil}, `.ElementKeyString("en")`
		case a.Type != nil && a.Type.Is(tftypes.Set{}):
			element = ""
		default:
			continue
		}
		l.tried = true
		_, _, d := l.p.Plan(l.name, providertest.State{}, other(config, values{a.Name: value}).Config)
		at := fmt.Sprintf(`error at AttributeName(%q)%s`, a.Name, element)
		if element == "" {
			at += ": "
		}
		if !d.Has(at) {
			l.t.Errorf("a null element of %s: %v, want %s", a.Name, d, at)
		}
	}
}

// sameKeyTwice wants an error in the plan that names the type, wherever the two
// know what they are about, and in the apply where they do not.
func (l *life) sameKeyTwice() {
	l.tried = true
	l.start()
	planned := l.s.Plan(providertest.Run{Blocks: []providertest.Block{l.block("a"), l.block("b")}})
	l.wantRefused("two of them", planned, l.name)
	if !l.hasParents() {
		return
	}
	parents := l.ownParents()
	if planned = l.s.Plan(providertest.Run{Blocks: append(parents, l.block("a"), l.block("b"))}); planned.Failed() {
		return // known by address already
	}
	if d := l.s.Apply(planned); !d.Failed() {
		l.t.Errorf("two of them, with ids known late: %v", d)
	}
}

// hasParents reports whether the object is part of what parents makes.
func (l *life) hasParents() bool {
	return fmt.Sprint(l.row.config(values{"user": "1", "group": "1", "member": "1"})) != fmt.Sprint(l.row.config(values{"user": "2", "group": "2", "member": "2"}))
}

// ownParents returns blocks of what the object may be part of, and makes the
// block of the object refer to them.
func (l *life) ownParents() []providertest.Block {
	l.ids["user"] = providertest.Ref{Address: "iam_user.own", Attribute: "id"}
	l.ids["email"] = "own@acme.example"
	l.ids["group"] = providertest.Ref{Address: "iam_group.own", Attribute: "id"}
	if !l.row.joined {
		l.ids["member"] = providertest.Ref{Address: "iam_team_member.own", Attribute: "id"}
	}
	return l.namedParents("Own")
}

func (l *life) namedParents(name string) []providertest.Block {
	return []providertest.Block{
		{Address: "iam_group.own", Config: values{"name": values{"en": name}}},
		{Address: "iam_user.own", Config: values{"email": "own@acme.example", "first_name": "O", "last_name": name}},
		{Address: "iam_team_member.own", Config: values{"email": "own@acme.example", "role": map[string]string{"Own": "member"}[name] + map[string]string{"Other": "admin"}[name]}},
	}
}

// rename wants that a block of another name takes over, or that the plan says to
// write a moved block, in whatever order the two are planned and applied.
func (l *life) rename() {
	l.tried = true
	for _, planOrder := range []providertest.Order{providertest.RemovalsLast, providertest.RemovalsFirst} {
		for _, applyOrder := range []providertest.Order{providertest.RemovalsLast, providertest.RemovalsFirst, providertest.Together} {
			what := fmt.Sprintf("planned in order %d, applied in order %d", planOrder, applyOrder)
			l.start()
			l.run(l.block("old"))
			l.mark()
			run := providertest.Run{Blocks: []providertest.Block{l.block("new")}, PlanOrder: planOrder, Apply: applyOrder}
			planned := l.s.Plan(run)
			if l.row.keyed {
				l.wantRefused(what, planned, "moved {")
				continue
			}
			if planned.Failed() {
				l.t.Errorf("%s: the plan says %v", what, planned.Said)
				continue
			}
			if d := l.s.Apply(planned); d.Failed() {
				l.t.Errorf("%s: the apply says %v", what, d)
			}
			l.wantUnchanged(what)
			l.wantSettled(what, l.block("new"))
			l.run()
		}
	}
}

func (l *life) replace() { l.replaced(providertest.Run{Replace: []string{l.address("a")}}, false) }

func (l *life) createFirstForced() {
	l.replaced(providertest.Run{Replace: []string{l.address("a")}}, true)
}

func (l *life) taint() {
	l.replaced(providertest.Run{}, false)
	l.replaced(providertest.Run{}, true)
}

// replaced replaces an object by one of the same configuration. Without -replace
// it is tainted.
func (l *life) replaced(run providertest.Run, createFirst bool) {
	l.t.Helper()
	l.tried = true
	what := fmt.Sprintf("replaced, new one first: %t", createFirst)
	l.start()
	l.run(l.block("a"))
	l.mark()
	if len(run.Replace) == 0 {
		l.s.Taint(l.address("a"))
	}
	b := l.block("a")
	b.CreateFirst = createFirst
	run.Blocks = []providertest.Block{b}
	planned := l.s.Plan(run)
	if planned.Failed() || !slices.Equal(planned.Actions(), []string{b.Address + " replace"}) {
		l.t.Errorf("%s: the plan does %v: %v", what, planned.Actions(), planned.Said)
		return
	}
	if d := l.s.Apply(planned); d.Failed() {
		l.t.Errorf("%s: the apply says %v", what, d)
	}
	l.wantUnchanged(what)
	l.wantSettled(what, b)
}

// createFirst replaces an object because an argument is another.
func (l *life) createFirst() {
	l.each(func(_ string, change argument) bool { return change.replaces }, func(name string, change argument, first providertest.Block) {
		next := l.next(first, name)
		next.CreateFirst = true
		if change.keepsKey {
			l.mark()
			planned := l.s.Plan(providertest.Run{Blocks: []providertest.Block{next}})
			if d := l.s.Apply(planned); !hasError(d, "Cannot Be Changed", "create_before_destroy") {
				l.t.Errorf("%s: the apply says %v", name, d)
			}
			l.wantUnchanged(name)
			return
		}
		planned := l.run(next)
		if !slices.Equal(planned.Actions(), []string{next.Address + " replace"}) {
			l.t.Errorf("%s: the plan does %v", name, planned.Actions())
		}
		l.wantShown(name, change.shown)
		l.wantSettled(name, next)
		l.run()
		l.wantGone(name + ", then destroyed")
	})
}

// imports takes an object into the state by each of its keys, and by its identity.
func (l *life) imports() {
	l.tried = true
	l.start()
	l.run(l.block("a"))
	l.mark()
	state := l.s.State(l.address("a"))
	ids := strings.NewReplacer("$user", fmt.Sprint(l.ids["user"]), "$member", fmt.Sprint(l.ids["member"]), "$tenant", l.tenant.client.Tenant(), "$TENANT", strings.ToUpper(l.tenant.client.Tenant()))
	keys := slices.Clone(l.row.keys)
	if id, ok := state.Values["id"].(string); ok {
		keys = append(keys, id)
	}
	take := func(key string, imported providertest.State, d providertest.Diagnostics) {
		if d.Failed() || imported.Values == nil {
			l.t.Errorf("import by %s: %v", key, d)
			return
		}
		l.s.Adopt(l.address("a"), imported)
		if l.cell.imported == "" {
			l.wantSettled("imported by "+key, l.block("a"))
			return
		}
		if actions := l.s.Plan(providertest.Run{Blocks: []providertest.Block{l.block("a")}}).Actions(); !slices.Equal(actions, []string{l.address("a") + " " + l.cell.imported}) {
			l.t.Errorf("imported by %s: the plan does %v", key, actions)
		}
	}
	for _, key := range keys {
		l.p.NextRun()
		imported, d := l.p.Import(l.name, ids.Replace(key))
		take(key, imported, d)
	}
	l.wantUnchanged("imported")
	if unaddressed[l.name] != "" {
		return
	}
	l.p.NextRun()
	imported, d := l.p.ImportIdentity(l.name, l.p.Identity(l.name, state.Identity))
	take("identity", imported, d)
}

// unknownID makes what refers to others unknown in a plan, as a deferred lookup
// or a module's depends_on does: nothing is replaced, and nothing is written for
// what turns out the same.
func (l *life) unknownID() {
	for _, name := range l.row.refers {
		l.tried = true
		change := l.row.arguments[name]
		l.start()
		first := l.block("a", change.with)
		if change.from != nil {
			first = l.block("a", change.with, values{name: change.from})
		}
		l.run(first)
		l.mark()
		for _, unknown := range deferred(first.Config[name]) {
			want := first.Address + " update"
			if change.lateReplaces {
				want = first.Address + " replace"
			}
			planned := l.run(other(first, values{name: unknown}))
			if actions := planned.Actions(); len(actions) > 1 || len(actions) == 1 && actions[0] != want {
				l.t.Errorf("%s: the plan does %v, want %s", name, actions, want)
			}
		}
		l.wantUnchanged(name)
		if n := l.tenant.writes.Load(); n > 0 && !change.lateReplaces {
			l.t.Errorf("%s: what turns out the same is written %d times", name, n)
		}
		l.wantSettled(name, first)
	}
}

// deferred returns a value as it may become known late: as a whole, or by
// element.
func deferred(v any) []any {
	all := []any{providertest.Deferred{Value: v}}
	switch v := v.(type) {
	case values:
		late := values{}
		for key, item := range v {
			late[key] = providertest.Deferred{Value: item}
		}
		all = append(all, late)
	case []any:
		late := []any{}
		for _, item := range v {
			late = append(late, providertest.Deferred{Value: item})
		}
		all = append(all, late)
	}
	return all
}

// target changes the parents alone and the object alone.
func (l *life) target() {
	l.tried = true
	l.start()
	parents, changed := l.ownParents(), l.namedParents("Other")
	first, next := l.block("a"), l.block("a")
	for _, name := range slices.Sorted(maps.Keys(l.row.arguments)) {
		if change := l.row.arguments[name]; change.shown != "" && !change.replaces && change.from == nil && !l.optional(name) && change.refused == "" {
			next = l.next(next, name)
			break
		}
	}
	l.run(append(slices.Clone(parents), first)...)
	object := l.s.State(first.Address)
	run := providertest.Run{Blocks: append(slices.Clone(changed), next), Targets: []string{"iam_user.own", "iam_group.own", "iam_team_member.own"}}
	l.s.MustRun(run)
	if read, d := l.p.Refresh(l.name, object); d.Failed() || fmt.Sprint(read.Values) != fmt.Sprint(object.Values) {
		l.t.Errorf("with its parents alone changed it was %v and is %v: %v", object.Values, read.Values, d)
	}
	run.Targets = []string{next.Address}
	l.s.MustRun(run)
	l.wantSettled("one after the other", run.Blocks...)
}

// noRefresh changes and destroys an object, existing or not, without a refresh.
func (l *life) noRefresh() {
	l.tried = true
	next := l.changed()
	l.start()
	l.run(l.block("a"))
	planned := l.s.MustRun(providertest.Run{Blocks: []providertest.Block{next()}, NoRefresh: true})
	if slices.ContainsFunc(planned.Actions(), func(a string) bool { return strings.HasSuffix(a, " replace") }) != l.replacing() {
		l.t.Errorf("the plan does %v", planned.Actions())
	}
	l.wantSettled("changed", next())
	l.lost("changed without refresh", func() *providertest.Planned {
		return l.s.Plan(providertest.Run{Blocks: []providertest.Block{next()}, NoRefresh: true})
	}, true)
	l.lost("destroyed without refresh", func() *providertest.Planned {
		return l.s.Plan(providertest.Run{NoRefresh: true})
	}, true)
}

// stalePlan applies plans after others have made or deleted the object.
func (l *life) stalePlan() {
	l.tried = true
	next := l.changed()
	l.start()
	planned := l.s.Plan(providertest.Run{Blocks: []providertest.Block{l.block("a")}})
	others := providertest.New(l.t, l.tenant.config)
	others.MustApply(l.name, providertest.State{}, l.block("a").Config)
	shown := l.shows()
	fails := l.cell.fails
	if l.row.keyed {
		fails = append(fails, "import")
	}
	if d := l.s.Apply(planned); len(fails) > 0 && !hasError(d, fails...) || len(fails) == 0 && d.Failed() {
		l.t.Errorf("made by others meanwhile: the apply says %v, want %q", d, fails)
	}
	if after := l.shows(); after != shown {
		l.t.Errorf("made by others meanwhile it was\n%s\nand is\n%s", shown, after)
	}
	l.lost("changed by a stale plan", func() *providertest.Planned {
		return l.s.Plan(providertest.Run{Blocks: []providertest.Block{next()}})
	}, false)
	l.lost("destroyed by a stale plan", func() *providertest.Planned { return l.s.Plan(providertest.Run{}) }, false)
}

// changed returns a block with an argument changed, in place where one can be.
func (l *life) changed() func() providertest.Block {
	for _, replaces := range []bool{false, true} {
		for _, name := range slices.Sorted(maps.Keys(l.row.arguments)) {
			if change := l.row.arguments[name]; change.shown != "" && change.replaces == replaces && change.from == nil {
				return func() providertest.Block { return l.next(l.block("a", change.with), name) }
			}
		}
	}
	l.t.Fatal("no argument changes")
	return nil
}

// replacing reports whether changed replaces.
func (l *life) replacing() bool {
	for _, change := range l.row.arguments {
		if change.shown != "" && !change.replaces && change.from == nil {
			return false
		}
	}
	return true
}

// advice is what an error about something that is gone says.
var advice = regexp.MustCompile(`[Pp]lan again|next plan|invite the person first`)

// lost plans, has others delete the object before or after that, and applies: it
// ends well, or with an error that says what to do.
func (l *life) lost(what string, plan func() *providertest.Planned, before bool) {
	l.t.Helper()
	for _, loss := range l.row.losses {
		l.start()
		l.run(l.block("a"))
		take := func() {
			if err := loss(l.t.Context(), l.tenant.client, l.ids); err != nil {
				l.t.Fatal(err)
			}
		}
		if before {
			take()
		}
		planned := plan()
		said := planned.Said
		if !before {
			take()
		}
		if !planned.Failed() {
			said = l.s.Apply(planned)
		}
		for _, text := range said {
			if strings.HasPrefix(text, "error") && !advice.MatchString(text) {
				l.t.Errorf("%s: %s says nothing about what to do", what, text)
			}
		}
	}
}

// destroyUnordered destroys an object and what it is part of, in any order, one
// after the other and together. One run is enough.
func (l *life) destroyUnordered() {
	l.tried = true
	for _, run := range []providertest.Run{{Apply: providertest.RemovalsLast}, {Apply: providertest.RemovalsLast, OldestFirst: true}, {Apply: providertest.Together}} {
		what := fmt.Sprintf("%+v", run)
		l.start()
		l.run(append(l.ownParents(), l.block("a"))...)
		planned := l.s.Plan(run)
		if planned.Failed() {
			l.t.Errorf("%s: the plan says %v", what, planned.Said)
			continue
		}
		if d := l.s.Apply(planned); d.Failed() {
			l.t.Errorf("%s: the apply says %v", what, d)
		}
		l.wantGone(what)
	}
}

func (l *life) deletedOutside() {
	for what, loss := range l.row.losses {
		if what == "itself" || what == "a user" {
			l.checkLoss(what, loss)
		}
	}
}

func (l *life) parentDeleted() {
	for what, loss := range l.row.losses {
		if what != "itself" && what != "a user" {
			l.checkLoss(what, loss)
		}
	}
}

// checkLoss wants what others delete to be planned anew without an error, and
// made again; nor is it an error to destroy it.
func (l *life) checkLoss(what string, lose loss) {
	l.t.Helper()
	l.tried = true
	l.start()
	made := l.p.MustApply(l.name, providertest.State{}, l.row.config(l.ids))
	if err := lose(l.t.Context(), l.tenant.client, l.ids); err != nil {
		l.t.Fatal(err)
	}
	l.p.NextRun() // as the CLI starts the provider for each
	l.p.MustApply(l.name, made, nil)
	l.p.NextRun()
	refreshed, d := l.p.Refresh(l.name, made)
	if d.Failed() || (refreshed.Values == nil) == l.row.partly {
		l.t.Fatalf("without %s the refresh has %v, %v", what, refreshed.Values, d)
	}
	l.ids = parents(l.t, l.tenant.client) // which the same apply makes anew, first
	config := l.row.config(l.ids)
	if _, _, d := l.p.Plan(l.name, refreshed, config); d.Failed() {
		l.t.Errorf("without %s the plan fails: %v", what, d)
	}
	l.p.NextRun()
	again := l.p.MustApply(l.name, refreshed, config)
	if kept, d := l.p.Refresh(l.name, again); kept.Values == nil || len(d) > 0 {
		l.t.Errorf("made again without %s it is %v, %v", what, kept.Values, d)
	}
	l.wantShown("made again", l.row.created)
}

// twoRuns creates the same object in two runs at once: it exists once, and the
// second run gets an error.
func (l *life) twoRuns() {
	l.tried = true
	l.start()
	l.run(l.block("a"))
	alone := l.shows()
	l.start()
	var all sync.WaitGroup
	var said [2]providertest.Diagnostics
	var stacks [2]*providertest.Stack
	var plans [2]*providertest.Planned
	for i := range said {
		stacks[i] = providertest.NewStack(providertest.New(l.t, l.tenant.config))
		plans[i] = stacks[i].Plan(providertest.Run{Blocks: []providertest.Block{l.block("a")}})
		if plans[i].Failed() {
			l.t.Fatalf("run %d: %v", i, plans[i].Said)
		}
	}
	for i := range said {
		all.Go(func() { said[i] = stacks[i].Apply(plans[i]) })
	}
	all.Wait()
	if said[0].Failed() && said[1].Failed() {
		l.t.Errorf("both failed: %v", said)
	}
	fails := l.cell.fails
	if l.row.keyed {
		fails = append(fails, "already")
	}
	for _, d := range said {
		if d.Failed() && (len(fails) == 0 || !hasError(d, fails...)) {
			l.t.Errorf("one of them says %v, want %q", d, fails)
		}
	}
	if shown := l.shows(); shown != alone {
		l.t.Errorf("the server shows\n%s\nwant\n%s", shown, alone)
	}
}

// killed makes an object that no state records. The plan says what to do, and
// adopt_existing does it.
func (l *life) killed() {
	l.tried = true
	l.start()
	l.run(l.block("a"))
	l.mark()
	l.s.Lose(l.address("a"))
	planned := l.s.Plan(providertest.Run{Blocks: []providertest.Block{l.block("a")}})
	if l.row.keyed {
		l.wantRefused("run again", planned, "import {")
		l.p = l.tenant.providerWith(l.t, values{"adopt_existing": true})
		l.s = providertest.NewStack(l.p)
		planned = l.s.Plan(providertest.Run{Blocks: []providertest.Block{l.block("a")}})
	}
	if planned.Failed() {
		l.t.Errorf("run again: %v", planned.Said)
		return
	}
	if d := l.s.Apply(planned); d.Failed() {
		l.t.Errorf("run again: %v", d)
	}
	l.wantSettled("run again", l.block("a"))
	l.wantUnchanged("run again")
}
