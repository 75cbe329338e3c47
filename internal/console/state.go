package console

import (
	"slices"
	"sync"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

const (
	// mostStates bounds the memory that whole tenants take.
	mostStates = 4
	// stateLife bounds the age of a tenant that is kept: what Make reports about its members
	// is no audit event.
	stateLife = time.Minute
)

// states are the tenants that people read last, each as far as its reader may see it. Reading
// one with 10,000 users takes a second, and who tries one change after the other should not
// wait for it each time.
type states struct {
	mu   sync.Mutex
	kept []keptState // the one read last is the last
}

// keptState is a tenant as a session read it. The audit event was its newest.
type keptState struct {
	session *session
	event   int64
	at      time.Time
	state   access.State
}

// find returns the tenant that a session read when the event was its newest.
func (all *states) find(s *session, event int64, now time.Time) (access.State, bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.kept = slices.DeleteFunc(all.kept, func(k keptState) bool {
		return now.Sub(k.at) > stateLife || k.session == s && k.event != event
	})
	i := slices.IndexFunc(all.kept, func(k keptState) bool { return k.session == s })
	if i < 0 {
		return access.State{}, false
	}
	return all.kept[i].state, true
}

// keep keeps a tenant in place of the oldest one.
func (all *states) keep(k keptState) {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.kept = slices.DeleteFunc(all.kept, func(other keptState) bool { return other.session == k.session })
	all.kept = append(all.kept, k)
	all.kept = slices.Delete(all.kept, 0, max(0, len(all.kept)-mostStates))
}

// drop forgets the tenant that a session read.
func (all *states) drop(s *session) {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.kept = slices.DeleteFunc(all.kept, func(k keptState) bool { return k.session == s })
}

// state returns the whole tenant. It reads it again if anything was recorded since the last
// time; someone who may not read audit events always reads it again.
func (v *visit) state() (access.State, error) {
	ctx, c, now := v.r.Context(), v.client(), v.o.Now()
	newest, err := c.AuditEvents(ctx, client.AuditFilter{Limit: 1})
	if err != nil || len(newest) == 0 {
		return c.State(ctx)
	}
	event := newest[0].ID
	if state, ok := v.states.find(v.session, event, now); ok {
		return state, nil
	}
	state, err := c.State(ctx)
	if err == nil {
		v.states.keep(keptState{v.session, event, now, state})
	}
	return state, err
}
