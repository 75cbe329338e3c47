package gate

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the addresses that are trusted to name the caller.
type Proxies []netip.Prefix

// ParseProxies reads addresses and networks, such as 10.0.0.5 and 10.0.0.0/8.
func ParseProxies(texts []string) (Proxies, error) {
	var proxies Proxies
	for _, text := range texts {
		prefix, err := netip.ParsePrefix(text)
		if address, single := netip.ParseAddr(text); single == nil {
			prefix, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("%q is neither an address such as 10.0.0.5 nor a network such as 10.0.0.0/8", text)
		}
		proxies = append(proxies, prefix.Masked())
	}
	return proxies, nil
}

// Contains reports whether the address is a proxy.
func (p Proxies) Contains(address netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}

// Caller returns the address that a request comes from: the address of the
// connection or, behind trusted proxies, the last one in X-Forwarded-For that is not
// a proxy. Any caller can forge the addresses before it.
func (p Proxies) Caller(r *http.Request) netip.Addr {
	address := hostOf(r.RemoteAddr)
	passed := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(passed) - 1; i >= 0 && p.Contains(address); i-- {
		before := hostOf(strings.TrimSpace(passed[i]))
		if !before.IsValid() {
			break
		}
		address = before
	}
	return address
}

// network returns the address or, for IPv6, its first half: a single host has
// millions of addresses there, so all with the same first half count as one.
func network(address netip.Addr) netip.Addr {
	if !address.Is6() {
		return address
	}
	return netip.PrefixFrom(address, 64).Masked().Addr()
}

// hostOf returns the address of "host:port" or "host", without its zone and with
// IPv4 unmapped; the zero address if there is none.
func hostOf(text string) netip.Addr {
	if both, err := netip.ParseAddrPort(text); err == nil {
		return both.Addr().Unmap().WithZone("")
	}
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return address.Unmap().WithZone("")
}
