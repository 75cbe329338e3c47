package plumbing

import (
	"testing"
	"testing/synctest"
	"time"
)

// The first removals of a run wait until the same moment; later ones do not wait.
func TestGiveHeadStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var m Memberships
		start := time.Now()
		go func() {
			time.Sleep(headStart / 2)
			m.GiveHeadStart(t.Context())
			if waited := time.Since(start); waited != headStart {
				t.Errorf("the second waited until %s after the first", waited)
			}
		}()
		m.GiveHeadStart(t.Context())
		synctest.Wait()
		if waited := time.Since(start); waited != headStart {
			t.Errorf("the first waited %s", waited)
		}
		time.Sleep(time.Second)
		later := time.Now()
		m.GiveHeadStart(t.Context())
		if waited := time.Since(later); waited != 0 {
			t.Errorf("a later one waited %s", waited)
		}
	})
}

// A read that lags behind the writes of this run is corrected.
func TestMemberships_present(t *testing.T) {
	t.Parallel()
	var m Memberships
	m.Hold(Pair{"held", "u"})
	m.Joined(Pair{"joined", "u"})
	m.Left(Pair{"left", "u"})
	m.Left(Pair{"back", "u"})
	m.Joined(Pair{"back", "u"})
	m.Joined(Pair{"other", "v"})
	got := m.Present("u", []string{"left", "kept"})
	if want := []string{"kept", "back", "joined"}; len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("got %v, want %v", got, want)
	}
}
