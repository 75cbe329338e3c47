//go:build unix

package torture_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// The groups that the ledger's users are in: all in the first.
const everybody, some = "everybody", "some"

// state is the state of a user.
type state struct {
	there    bool
	lastName string
	some     bool // a member of the second group
}

// entry is one user. Confirmed changes are certain; if the last change got no
// response, both states are right.
type entry struct {
	email, id string
	sure      state
	maybe     *state
}

// ledger records the responses that the writers got.
type ledger struct {
	mu      sync.Mutex
	entries []*entry
	next    int
	lastID  int64     // of the audit events that were checked
	lastAt  time.Time // of the check
	odd     []string  // refusals without a reason

	writes, refused, unsure int
	lost, twice, torn       int
	longest                 time.Duration // that an answered write took
}

// prepare creates the groups.
func (l *ledger) prepare(t *testing.T, c *client.Client) {
	t.Helper()
	for _, id := range []string{everybody, some} {
		if _, err := c.CreateGroup(t.Context(), api.GroupCreate{ID: id, Name: api.Text{"en": id}, AccessControls: []string{}}); err != nil {
			t.Fatal(err)
		}
	}
}

// write changes users with several writers until ctx ends. Each user belongs to
// one writer, so that its changes have an order.
func (l *ledger) write(ctx context.Context, writers int, connect func() *client.Client) (wait func()) {
	var group sync.WaitGroup
	for range writers {
		c := connect()
		group.Go(func() {
			for ctx.Err() == nil {
				e := l.take()
				l.change(c, e)
				l.giveBack(e)
			}
		})
	}
	return group.Wait
}

// most is the approximate number of users: above it, removing is likelier than
// adding.
const most = 300

// take removes a user from the ledger, or creates a new one.
func (l *ledger) take() *entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.entries); n > 0 && rand.IntN(2*most) < most/2+n {
		i := rand.IntN(n)
		if e := l.entries[i]; e.maybe == nil {
			l.entries[i] = l.entries[n-1]
			l.entries = l.entries[:n-1]
			return e
		}
	}
	l.next++
	return &entry{email: fmt.Sprintf("user%d@acme.example", l.next)}
}

func (l *ledger) giveBack(e *entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.sure.there || e.maybe != nil {
		l.entries = append(l.entries, e)
	}
}

// wait returns once another write was answered: on a machine with much to do the
// first takes seconds.
func (l *ledger) wait(t *testing.T) {
	t.Helper()
	before, end := l.answered(), time.Now().Add(time.Minute)
	for l.answered() == before {
		if time.Now().After(end) {
			t.Error("no write was answered within a minute")
			return
		}
		pause(1, 5)
	}
}

func (l *ledger) answered() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.writes
}

// change sends one change and records the response. A request in progress when
// the writers stop still gets its response.
func (l *ledger) change(c *client.Client, e *entry) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	to, began := e.sure, time.Now()
	var err error
	switch n := rand.IntN(10); {
	case !e.sure.there:
		to = state{there: true, lastName: "First"}
		var id string
		if id, err = c.CreateUser(ctx, wanted(e.email)); err == nil {
			e.id = id
		}
	case n < 5:
		to.lastName = fmt.Sprint("Name ", rand.IntN(1000))
		err = c.UpdateUser(ctx, e.id, e.update(to))
	case n < 7 && !e.sure.some:
		to.some = true
		err = c.AssignMember(ctx, some, access.Employee, e.id)
	case n < 7:
		to.some = false
		err = c.RemoveMember(ctx, some, e.id)
	default:
		to = state{}
		err = c.DeleteUser(ctx, e.id, false)
	}
	l.note(e, to, err, time.Since(began))
}

func wanted(email string) api.UserCreate {
	return api.UserCreate{
		FirstName: "Ada", LastName: "First", ContactEmail: email, Department: "Engines",
		PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{everybody},
	}
}

func (e *entry) update(to state) api.UserUpdate {
	groups := []string{everybody}
	if to.some {
		groups = append(groups, some)
	}
	return api.UserUpdate{
		FirstName: "Ada", LastName: to.lastName, Department: "Engines", BackofficeUserNumber: e.id,
		PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: groups,
	}
}

// note records the result of a change. An error that says that nothing was
// changed is believed; after any other failure the change may have taken effect.
func (l *ledger) note(e *entry, to state, err error, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var refusal *client.Error
	switch {
	case err == nil:
		l.writes++
		l.longest = max(l.longest, took)
		e.sure = to
	case errors.As(err, &refusal) && refusal.Attempts == 1 && strings.Contains(err.Error(), "nothing was changed"):
		l.refused++
	case errors.As(err, &refusal) && refusal.Attempts == 1 && refusal.StatusCode < 500:
		l.odd = append(l.odd, err.Error()) // no change asks for anything that is not right
	default:
		l.unsure++
		e.maybe = &to
	}
}

// check compares the ledger with the backend: users, members, and their events.
func (l *ledger) check(t *testing.T, c *client.Client) {
	t.Helper()
	users, err := c.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	members, err := c.Members(t.Context(), some)
	if err != nil {
		t.Fatal(err)
	}
	member := map[string]bool{}
	for _, m := range members {
		member[m.UserID] = true
	}
	there := map[string]api.User{}
	for _, u := range users {
		if _, doubled := there[u.ContactEmail]; doubled {
			l.twice++
			t.Errorf("%s exists twice", u.ContactEmail)
		}
		there[u.ContactEmail] = u
		if inSome := slices.Contains(u.GroupIDs, some); inSome != member[u.ID] {
			l.torn++
			t.Errorf("%s: its groups are %v, and the group's members have it: %t", u.ContactEmail, u.GroupIDs, member[u.ID])
		}
	}
	l.checkEvents(t, c)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.entries {
		l.settle(t, e, there[e.email])
		delete(there, e.email)
	}
	for _, text := range l.odd {
		t.Errorf("refused: %s", text)
	}
	l.entries = slices.DeleteFunc(l.entries, func(e *entry) bool { return !e.sure.there })
	delete(there, "owner@"+tenant+".example")
	for email := range there {
		l.twice++
		t.Errorf("%s exists again: it was removed", email)
	}
}

// settle compares one user with its entry, which is certain from then on.
func (l *ledger) settle(t *testing.T, e *entry, u api.User) {
	t.Helper()
	is := state{there: u.ID != "", lastName: u.LastName, some: slices.Contains(u.GroupIDs, some)}
	switch {
	case is == e.sure, e.maybe != nil && is == *e.maybe:
	case !is.there:
		l.lost++
		t.Errorf("%s is lost: %+v was answered", e.email, e.sure)
	default:
		l.torn++
		t.Errorf("%s is %+v; answered: %+v, unsure: %+v", e.email, is, e.sure, e.maybe)
	}
	if is.there && !slices.Contains(u.GroupIDs, everybody) {
		l.torn++
		t.Errorf("%s was half made: its groups are %v", e.email, u.GroupIDs)
	}
	e.id, e.sure, e.maybe = u.ID, is, nil
}

// checkEvents checks the new audit events: their numbers have no gaps, and no
// user was created twice.
func (l *ledger) checkEvents(t *testing.T, c *client.Client) {
	t.Helper()
	events, err := c.AuditEvents(t.Context(), client.AuditFilter{Since: l.lastAt})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(events) // the oldest first
	made := map[string]bool{}
	for _, e := range events {
		if e.ID <= l.lastID {
			continue
		}
		if l.lastID > 0 && e.ID != l.lastID+1 {
			l.lost++
			t.Errorf("after the audit event %d comes %d", l.lastID, e.ID)
		}
		l.lastID = e.ID
		if at, err := time.Parse(time.RFC3339Nano, e.Time); err == nil && at.Add(-time.Second).After(l.lastAt) {
			l.lastAt = at.Add(-time.Second) // of the processes one may have begun earlier
		}
		if e.Kind == "user" && e.Action == api.ActionCreate {
			if made[e.ObjectID] {
				l.twice++
				t.Errorf("the user %s was created twice", e.ObjectID)
			}
			made[e.ObjectID] = true
		}
	}
}

// say adds the ledger's figures to the table.
func (l *ledger) say(s *stage) {
	s.say("%d writes answered", l.writes)
	s.say("%d refused", l.refused)
	s.say("%d without an answer", l.unsure)
	s.say("lost %d", l.lost)
	s.say("twice %d", l.twice)
	s.say("torn %d", l.torn)
}
