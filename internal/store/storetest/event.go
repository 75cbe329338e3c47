package storetest

import (
	"slices"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var eventClauses = []clause{
	{"events come back as they were given, and are counted from 1 in each tenant", proveEventRoundTrip},
	{"events are listed newest first, whatever their time", proveEventsInOrder},
	{"events are selected by actor, kind, object, time and number, and by all of them", proveEventFilters},
	{"pages of events since a time have all of them, whatever the order of their times", proveEventsSince},
	{"events are listed from a number on, oldest first, whatever their time", proveEventsFrom},
	{"the first event since a time is found, whatever the order of their times", proveEventSince},
	{"an event of a tenant that does not exist is refused", proveEventTenant},
	{"an event goes with its transaction, and its number with it", proveEventRolledBack},
	{"the oldest events are surplus by their number, by their time, and never the newest", proveSurplusEvents},
	{"events with text that cannot be stored are refused, and none is found under it", proveBadEvents},
}

func listEvents(t *testing.T, s store.Store, tenant string, f store.EventFilter) []store.Event {
	t.Helper()
	list, err := s.Events(t.Context(), tenant, f)
	ok(t, err)
	return list
}

func eventIDs(list []store.Event) []int64 {
	numbers := []int64{}
	for _, e := range list {
		numbers = append(numbers, e.ID)
	}
	return numbers
}

func proveEventRoundTrip(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	wantSame(t, len(listEvents(t, s, tenant, store.EventFilter{})), 0)
	want := newEvent(tenant, 1)
	wantNoZero(t, want)
	ok(t, s.AppendEvent(ctx, newEvent(tenant, 7)))
	ok(t, s.AppendEvent(ctx, newEvent("other", 7)))
	ok(t, s.AppendEvent(ctx, store.Event{Tenant: "other"}))
	wantSame(t, listEvents(t, s, tenant, store.EventFilter{}), []store.Event{want})
	wantSame(t, listEvents(t, s, "other", store.EventFilter{}), []store.Event{{Tenant: "other", ID: 2}, newEvent("other", 1)})
	wantSame(t, len(listEvents(t, s, "nobody", store.EventFilter{})), 0)
}

func proveEventsInOrder(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	want := []int64{}
	for n := range 12 {
		e := newEvent(tenant, 0)
		e.At = later(-n) // clocks differ between processes
		ok(t, s.AppendEvent(ctx, e))
		want = append(want, int64(n+1))
	}
	slices.Reverse(want)
	wantSame(t, eventIDs(listEvents(t, s, tenant, store.EventFilter{})), want)
	var paged []int64
	for f := (store.EventFilter{Limit: 5}); ; {
		page := eventIDs(listEvents(t, s, tenant, f))
		if len(page) == 0 {
			break
		}
		paged = append(paged, page...)
		f.Before = page[len(page)-1]
	}
	wantSame(t, paged, want)
}

func proveEventFilters(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	for _, change := range []func(e *store.Event){
		func(*store.Event) {},
		func(e *store.Event) { e.Actor = "A client" },
		func(e *store.Event) { e.Kind = "user" },
		func(e *store.Event) { e.ObjectID = "Buyers" },
		func(e *store.Event) { e.ObjectID, e.RelatedID = "another", "buyers" },
		func(e *store.Event) { e.RelatedID = "" },
		func(e *store.Event) { e.At = later(23) },
	} {
		e := newEvent(tenant, 0)
		change(&e)
		ok(t, s.AppendEvent(ctx, e))
	}
	for _, c := range []struct {
		filter store.EventFilter
		want   []int64
	}{
		{store.EventFilter{Actor: "A client"}, []int64{2}},
		{store.EventFilter{Kind: "user"}, []int64{3}},
		{store.EventFilter{Object: "Buyers"}, []int64{4}},
		{store.EventFilter{Object: "buyers"}, []int64{7, 6, 5, 3, 2, 1}},
		{store.EventFilter{Object: "ada"}, []int64{7, 4, 3, 2, 1}},
		{store.EventFilter{Since: later(23)}, []int64{7}},
		{store.EventFilter{Since: later(22), Limit: 2}, []int64{7, 6}},
		{store.EventFilter{Before: 3}, []int64{2, 1}},
		{store.EventFilter{Limit: 1}, []int64{7}},
		{store.EventFilter{Actor: "a client", Kind: "group", Object: "buyers", Since: later(22), Before: 7, Limit: 2}, []int64{6, 5}},
		{store.EventFilter{Actor: "nobody"}, []int64{}},
		{store.EventFilter{Since: later(24)}, []int64{}},
	} {
		got := eventIDs(listEvents(t, s, tenant, c.filter))
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: got %v, want %v", c.filter, got, c.want)
		}
	}
}

func proveEventsSince(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	const events = 30
	var all []store.Event // newest first
	for n := range events {
		e := newEvent(tenant, 0)
		e.At, e.ID = later(n+(n*11)%7), int64(n+1)
		if n%3 == 0 {
			e.Kind = "user"
		}
		ok(t, s.AppendEvent(ctx, e))
		all = slices.Insert(all, 0, e)
	}
	for since := -1; since < events+8; since += 3 {
		for _, limit := range []int{0, 1, 7, events + 1} {
			for _, f := range []store.EventFilter{{}, {Kind: "user"}, {Before: 20}} {
				f.Since, f.Limit = later(since), limit
				want := slices.DeleteFunc(slices.Clone(all), func(e store.Event) bool {
					return e.At.Before(f.Since) || f.Kind != "" && e.Kind != f.Kind || f.Before > 0 && e.ID >= f.Before
				})
				if limit > 0 && len(want) > limit {
					want = want[:limit]
				}
				if got := listEvents(t, s, tenant, f); !slices.Equal(eventIDs(got), eventIDs(want)) {
					t.Errorf("%+v: got %v, want %v", f, eventIDs(got), eventIDs(want))
				}
			}
		}
	}
}

func proveEventTenant(t *testing.T, s store.Store) {
	wantErr(t, s.AppendEvent(t.Context(), newEvent("nobody", 1)), store.ErrNotFound)
}

func proveEventRolledBack(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	wantErr(t, s.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
		ok(t, tx.AppendEvent(ctx, newEvent(tenant, 0)))
		list, err := tx.Events(ctx, tenant, store.EventFilter{})
		ok(t, err)
		wantSame(t, eventIDs(list), []int64{1})
		return errOfTest
	}), errOfTest)
	wantSame(t, len(listEvents(t, s, tenant, store.EventFilter{})), 0)
	ok(t, s.AppendEvent(ctx, newEvent(tenant, 0)))
	wantSame(t, eventIDs(listEvents(t, s, tenant, store.EventFilter{})), []int64{1})
}

func proveBadEvents(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.AppendEvent(ctx, newEvent(tenant, 0)))
	for _, text := range bad {
		e := newEvent(tenant, 0)
		e.After = text
		wantErr(t, s.AppendEvent(ctx, e), store.ErrInvalid)
		for _, f := range []store.EventFilter{{Actor: text}, {Kind: text}, {Object: text}} {
			wantSame(t, len(listEvents(t, s, tenant, f)), 0)
		}
	}
	e := newEvent(tenant, 0)
	e.ObjectID = long(store.MaxKey + 1)
	wantErr(t, s.AppendEvent(ctx, e), store.ErrInvalid)
}

// proveSharedEvents appends events from two processes at the same time.
func proveSharedEvents(t *testing.T, one, two store.Store) {
	ctx, tenant := t.Context(), withTenant(t, one)
	alternately(t, one, two, func(s store.Store) error { return s.AppendEvent(ctx, newEvent(tenant, 0)) })
	got := eventIDs(listEvents(t, one, tenant, store.EventFilter{}))
	if len(got) < 2 {
		t.Fatalf("got %d events", len(got))
	}
	for i, id := range got {
		wantSame(t, id, int64(len(got)-i))
	}
}

func proveSurplusEvents(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	ok(t, s.AppendEvent(ctx, newEvent("other", 0)))
	surplus := func(limit store.EventLimit) [2]int64 {
		first, last, err := s.SurplusEvents(ctx, tenant, limit)
		ok(t, err)
		return [2]int64{first, last}
	}
	wantSame(t, surplus(store.EventLimit{Most: 1, Since: later(100)}), [2]int64{})
	for _, minute := range []int{1, 5, 2, 3, 4} { // clocks differ between processes
		e := newEvent(tenant, 0)
		e.At = later(minute)
		ok(t, s.AppendEvent(ctx, e))
	}
	wantSame(t, surplus(store.EventLimit{}), [2]int64{})
	wantSame(t, surplus(store.EventLimit{Most: 5}), [2]int64{})
	wantSame(t, surplus(store.EventLimit{Most: 2}), [2]int64{1, 3})
	wantSame(t, surplus(store.EventLimit{Since: later(1)}), [2]int64{})
	wantSame(t, surplus(store.EventLimit{Since: later(3)}), [2]int64{1, 1}) // the second is of later
	wantSame(t, surplus(store.EventLimit{Since: later(3), Most: 3}), [2]int64{1, 2})
	wantSame(t, surplus(store.EventLimit{Since: later(100), Most: 1}), [2]int64{1, 4})
	ok(t, s.DeleteEvents(ctx, tenant, 3))
	wantSame(t, eventIDs(listEvents(t, s, tenant, store.EventFilter{})), []int64{5, 4})
	wantSame(t, surplus(store.EventLimit{Most: 1}), [2]int64{4, 4})
	ok(t, s.AppendEvent(ctx, newEvent(tenant, 0)))
	wantSame(t, eventIDs(listEvents(t, s, tenant, store.EventFilter{})), []int64{6, 5, 4})
	wantSame(t, len(listEvents(t, s, "other", store.EventFilter{})), 1)
}

func proveEventsFrom(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	ok(t, s.AppendEvent(ctx, newEvent("other", 0)))
	for n := range 5 {
		e := newEvent(tenant, 0)
		e.At = later(-n)
		ok(t, s.AppendEvent(ctx, e))
	}
	ok(t, s.DeleteEvents(ctx, tenant, 1))
	for _, c := range []struct {
		from  int64
		limit int
		want  []int64
	}{
		{1, 10, []int64{2, 3, 4, 5}},
		{2, 2, []int64{2, 3}},
		{4, 2, []int64{4, 5}},
		{5, 2, []int64{5}},
		{6, 2, []int64{}},
	} {
		list, err := s.EventsFrom(ctx, tenant, c.from, c.limit)
		ok(t, err)
		wantSame(t, eventIDs(list), c.want)
	}
	list, err := s.EventsFrom(ctx, tenant, 5, 1)
	ok(t, err)
	want := newEvent(tenant, 5)
	want.At = later(-4)
	wantSame(t, list, []store.Event{want})
}

func proveEventSince(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	late := newEvent("other", 0)
	late.At = later(1000)
	ok(t, s.AppendEvent(ctx, late))
	for _, at := range []int{10, 30, 20, 40} {
		e := newEvent(tenant, 0)
		e.At = later(at)
		ok(t, s.AppendEvent(ctx, e))
	}
	for since, want := range map[int]int64{0: 1, 10: 1, 11: 2, 20: 2, 30: 2, 31: 4, 40: 4} {
		got, err := s.EventSince(ctx, tenant, later(since))
		ok(t, err)
		wantSame(t, got, want)
	}
	_, err := s.EventSince(ctx, tenant, later(41))
	wantErr(t, err, store.ErrNotFound)
}
