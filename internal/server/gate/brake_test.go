package gate_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/server/gate"
)

var (
	guesser = netip.MustParseAddr("203.0.113.7")
	ci      = netip.MustParseAddr("198.51.100.20")
)

// Ten wrong secrets of a client slow down that client at that address, and
// nobody else: not the client elsewhere, and not others at that address.
func TestBrake_pair(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	b := gate.NewBrake(func() time.Time { return now })
	for i := range 10 {
		if wait := b.Wait(guesser, "acme-admin"); wait > 0 {
			t.Fatalf("after %d mistakes it waits %s", i, wait)
		}
		b.Wrong(guesser, "acme-admin")
	}
	if wait := b.Wait(guesser, "acme-admin"); wait != 10*time.Second {
		t.Errorf("after ten mistakes it waits %s", wait)
	}
	if wait := b.Wait(ci, "acme-admin"); wait > 0 {
		t.Errorf("elsewhere it waits %s", wait)
	}
	if wait := b.Wait(guesser, "other"); wait > 0 {
		t.Errorf("another client waits %s", wait)
	}
	now = now.Add(10 * time.Second)
	if wait := b.Wait(guesser, "acme-admin"); wait > 0 {
		t.Errorf("later it waits %s", wait)
	}
	b.Wrong(guesser, "acme-admin")
	if wait := b.Wait(guesser, "acme-admin"); wait != 10*time.Second {
		t.Errorf("after one more mistake it waits %s", wait)
	}
}

// A hundred wrong secrets from an address slow down all that comes from there;
// in IPv6, from the network of that host.
func TestBrake_address(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	for name, test := range map[string]struct{ from, same, other string }{
		"IPv4": {"203.0.113.7", "203.0.113.7", "203.0.113.8"},
		"IPv6": {"2001:db8:1:2::1", "2001:db8:1:2:ffff::2", "2001:db8:1:3::1"},
	} {
		b := gate.NewBrake(func() time.Time { return now })
		for i := range 100 {
			b.Wrong(netip.MustParseAddr(test.from), string(rune('a'+i)))
		}
		if wait := b.Wait(netip.MustParseAddr(test.same), "new"); wait != time.Second {
			t.Errorf("%s: it waits %s", name, wait)
		}
		if wait := b.Wait(netip.MustParseAddr(test.other), "new"); wait > 0 {
			t.Errorf("%s: its neighbor waits %s", name, wait)
		}
	}
}
