package gate

import (
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// How often a secret may be wrong: so many times at once, and once more in each
// interval. An address may hold several clients, and one that is misconfigured
// tries again and again, so it is given more.
const (
	pairBurst       = 10
	pairInterval    = 10 * time.Second
	addressBurst    = 100
	addressInterval = time.Second

	// remembered is how many addresses, and pairs, are known at a time. The one
	// that was not seen for the longest time is forgotten.
	remembered = 10_000
)

// Brake slows down who guesses secrets: by address, and by pair of address and
// client. Never by client alone: who knows its id must not keep it out.
type Brake struct {
	now       func() time.Time
	mu        sync.Mutex // one look and one mistake at a time
	addresses *lru.Cache[netip.Addr, *rate.Limiter]
	pairs     *lru.Cache[pair, *rate.Limiter]
}

// pair is where a client is guessed from.
type pair struct {
	network netip.Addr
	client  [sha256.Size]byte // of any length, and at most so long here
}

func pairOf(address netip.Addr, client string) pair {
	return pair{network(address), sha256.Sum256([]byte(client))}
}

// NewBrake returns a Brake that has seen no mistake.
func NewBrake(now func() time.Time) *Brake {
	addresses, _ := lru.New[netip.Addr, *rate.Limiter](remembered) // it only refuses sizes below one
	pairs, _ := lru.New[pair, *rate.Limiter](remembered)
	return &Brake{now: now, addresses: addresses, pairs: pairs}
}

// Wait returns how long the client must wait at this address before its secret
// is looked at again; zero is not at all.
func (b *Brake) Wait(address netip.Addr, client string) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	var wait time.Duration
	if l, ok := b.addresses.Get(network(address)); ok {
		wait = until(l, b.now())
	}
	if l, ok := b.pairs.Get(pairOf(address, client)); ok {
		wait = max(wait, until(l, b.now()))
	}
	return wait
}

// Wrong takes note of a wrong secret.
func (b *Brake) Wrong(address netip.Addr, client string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	limiter(b.addresses, network(address), addressInterval, addressBurst).AllowN(now, 1)
	limiter(b.pairs, pairOf(address, client), pairInterval, pairBurst).AllowN(now, 1)
}

func limiter[K comparable](known *lru.Cache[K, *rate.Limiter], key K, interval time.Duration, burst int) *rate.Limiter {
	l, ok := known.Get(key)
	if !ok {
		l = rate.NewLimiter(rate.Every(interval), burst)
		known.Add(key, l)
	}
	return l
}

// until is how long it takes until the limiter has a whole token.
func until(l *rate.Limiter, now time.Time) time.Duration {
	missing := 1 - l.TokensAt(now)
	if missing <= 0 {
		return 0
	}
	return time.Duration(missing / float64(l.Limit()) * float64(time.Second))
}
