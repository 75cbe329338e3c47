// Package egress sends requests to addresses that callers of the backend choose. It
// sends them to public addresses only: callers must not reach the backend's own
// network.
package egress

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// Transport returns a transport that checks the address of each connection after the
// name is resolved, so a name cannot resolve to another address than the one that was
// checked. It ignores proxies of the environment. Private allows every address.
func Transport(private bool) *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	if !private {
		dialer.Control = func(_, address string, _ syscall.RawConn) error { return check(address) }
	}
	return &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: 15 * time.Second,
		MaxConnsPerHost: 4, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10,
	}
}

// check refuses an address with a port that is not public.
func check(address string) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("reading the address %s: %w", address, err)
	}
	if !Public(to.Addr()) {
		return fmt.Errorf("%s is not a public address, and the backend calls public addresses only", to.Addr())
	}
	return nil
}

// notPublic are the networks that the Internet does not route to, in addition to those
// that netip knows: this host, carriers (RFC 6598), protocols, documentation,
// benchmarks, reserved networks, and translation within a network (RFC 8215).
var notPublic = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"64:ff9b:1::/48", "100::/64", "2001:db8::/32", "3fff::/20", "5f00::/16", "fec0::/10",
)

// carriers are networks whose addresses contain an IPv4 address, from a byte on.
var carriers = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("::/96"), 12},        // compatible
	{netip.MustParsePrefix("64:ff9b::/96"), 12}, // NAT64
	{netip.MustParsePrefix("2002::/16"), 2},     // 6to4
}

// teredo addresses contain an IPv4 address in their last bytes, inverted.
var teredo = netip.MustParsePrefix("2001::/32")

// Public reports whether the address is public, and so is the IPv4 address that an
// IPv6 address contains.
func Public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || !a.IsGlobalUnicast() || a.IsPrivate() { // loopback, link-local, multicast and none are no global unicast
		return false
	}
	for _, p := range notPublic {
		if p.Contains(a) {
			return false
		}
	}
	b := a.As16()
	for _, c := range carriers {
		if a.Is6() && c.prefix.Contains(a) {
			return Public(netip.AddrFrom4([4]byte(b[c.at : c.at+4])))
		}
	}
	if teredo.Contains(a) {
		return Public(netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]}))
	}
	return true
}

func prefixes(texts ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}
