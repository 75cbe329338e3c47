package gate

import (
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// How often a secret may be wrong: a burst, and once more in each interval. An
// address may have several clients, of which a misconfigured one retries forever, so
// it has a larger burst.
const (
	pairBurst       = 10
	pairInterval    = 10 * time.Second
	addressBurst    = 100
	addressInterval = time.Second

	// remembered is how many addresses, and how many pairs, are remembered. The least
	// recently seen one is forgotten.
	remembered = 10_000
)

// Brake slows down callers that guess secrets: by address, and by pair of address and
// client. Never by client alone: a caller that knows a client's id must not be able
// to lock the client out.
type Brake struct {
	now       func() time.Time
	mu        sync.Mutex // one look and one mistake at a time
	addresses *lru.Cache[netip.Addr, *rate.Limiter]
	pairs     *lru.Cache[pair, *rate.Limiter]
}

// pair is an address and the client that it guesses.
type pair struct {
	network netip.Addr
	client  [sha256.Size]byte // a hash, because an id may have any length
}

func pairOf(address netip.Addr, client string) pair {
	return pair{network(address), sha256.Sum256([]byte(client))}
}

// NewBrake returns a Brake that has seen no wrong secret.
func NewBrake(now func() time.Time) *Brake {
	addresses, _ := lru.New[netip.Addr, *rate.Limiter](remembered) // it only refuses sizes below one
	pairs, _ := lru.New[pair, *rate.Limiter](remembered)
	return &Brake{now: now, addresses: addresses, pairs: pairs}
}

// Wait returns how long a client must wait at this address before its secret is
// checked again; zero means now.
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

// Wrong notes a wrong secret.
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

// until returns the time until the limiter has a whole token.
func until(l *rate.Limiter, now time.Time) time.Duration {
	missing := 1 - l.TokensAt(now)
	if missing <= 0 {
		return 0
	}
	return time.Duration(missing / float64(l.Limit()) * float64(time.Second))
}
