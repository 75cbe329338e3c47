package gate

import (
	"crypto/sha256"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// Quota limits how often something happens to one object: a burst, and once more in each
// interval. It forgets the object that it saw least recently, of very many.
type Quota struct {
	now      func() time.Time
	interval time.Duration
	burst    int
	mu       sync.Mutex // one at a time
	known    *lru.Cache[[sha256.Size]byte, *rate.Limiter]
}

// NewQuota returns a Quota of which nothing is used.
func NewQuota(now func() time.Time, interval time.Duration, burst int) *Quota {
	known, _ := lru.New[[sha256.Size]byte, *rate.Limiter](remembered) // it only refuses sizes below one
	return &Quota{now: now, interval: interval, burst: burst, known: known}
}

// Take returns zero and counts, or returns how long the object must wait.
func (q *Quota) Take(object string) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	l := limiter(q.known, sha256.Sum256([]byte(object)), q.interval, q.burst)
	if l.AllowN(now, 1) {
		return 0
	}
	return until(l, now)
}
