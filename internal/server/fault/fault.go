// Package fault makes a handler of the API behave as APIs do on a bad day, to test
// clients against it.
package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Switches select the faults. The zero value has none.
type Switches struct {
	Shuffle         bool          // lists without an order of their own come in any order
	Lag             time.Duration // how long reads show the state before a write
	TooMany         float64       // share of requests refused with 429 and Retry-After
	Unavailable     float64       // share of requests refused with 502 or 503
	Slow            time.Duration // longest wait before an answer
	Drop            float64       // share of writes that take effect and get no answer
	TolerantDeletes bool          // deleting a missing object succeeds
	Seed            uint64        // of the random decisions

	// For the options of the server; Wrap ignores them.
	VendorGroups    time.Duration // delay of the groups of a vendor
	LenientLanguage bool          // Content-Language can be omitted
	OneKeyMaps      bool          // a text in one language is an object with one key
}

// Parse reads switches separated by commas, such as
// "shuffle,lag=200ms,429=0.1,503=0.05,slow=50ms,drop=0.05,tolerant-deletes,vendor-groups=500ms,lenient-language,one-key-maps,seed=7".
func Parse(text string) (Switches, error) {
	f := Switches{Seed: 1}
	for _, word := range strings.Split(text, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(word), "=")
		var err error
		switch name {
		case "":
		case "shuffle":
			f.Shuffle = true
		case "tolerant-deletes":
			f.TolerantDeletes = true
		case "lenient-language":
			f.LenientLanguage = true
		case "one-key-maps":
			f.OneKeyMaps = true
		case "lag":
			f.Lag, err = time.ParseDuration(value)
		case "slow":
			f.Slow, err = time.ParseDuration(value)
		case "vendor-groups":
			f.VendorGroups, err = time.ParseDuration(value)
		case "429":
			f.TooMany, err = parseShare(value)
		case "503":
			f.Unavailable, err = parseShare(value)
		case "drop":
			f.Drop, err = parseShare(value)
		case "seed":
			f.Seed, err = strconv.ParseUint(value, 10, 64)
		default:
			err = errors.New("unknown")
		}
		if err != nil {
			return f, fmt.Errorf("fault %q: %w; the switches are shuffle, lag=200ms, 429=0.1, 503=0.1, slow=50ms, drop=0.1, tolerant-deletes, vendor-groups=500ms, lenient-language, one-key-maps and seed=7", word, err)
		}
	}
	return f, nil
}

func parseShare(text string) (float64, error) {
	share, err := strconv.ParseFloat(text, 64)
	if err != nil || share < 0 || share > 1 {
		return 0, errors.New("a share is a number from 0 to 1")
	}
	return share, nil
}

// Wrap returns the handler with the faults: the handler itself if there are none for it.
func (f Switches) Wrap(next http.Handler) http.Handler {
	f.VendorGroups, f.LenientLanguage, f.OneKeyMaps = 0, false, false
	if (f == Switches{Seed: f.Seed}) {
		return next
	}
	w := &faulty{Switches: f, next: next, random: rand.New(rand.NewPCG(f.Seed, f.Seed)), hidden: map[string]hidden{}} //nolint:gosec // chance, not secrecy
	return w
}

// faulty is a handler with faults.
type faulty struct {
	Switches
	next   http.Handler
	mu     sync.Mutex
	random *rand.Rand
	hidden map[string]hidden // by path
}

// chance returns true with a probability.
func (f *faulty) chance(share float64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return share > 0 && f.random.Float64() < share
}

// ServeHTTP answers one request. Health checks have no faults: they are about the
// process.
func (f *faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == api.PathHealth || r.URL.Path == api.PathReady {
		f.next.ServeHTTP(w, r)
		return
	}
	if f.Slow > 0 {
		wait := rand.N(f.Slow) //nolint:gosec // chance, not secrecy
		select {
		case <-time.After(wait):
		case <-r.Context().Done():
			return
		}
	}
	switch {
	case f.chance(f.TooMany):
		w.Header().Set("Retry-After", "0")
		refuse(w, http.StatusTooManyRequests)
		return
	case f.chance(f.Unavailable):
		refuse(w, http.StatusServiceUnavailable)
		return
	}
	answer := f.answer(r)
	if r.Method != http.MethodGet && answer.status < 300 && f.chance(f.Drop) {
		panic(http.ErrAbortHandler) // the connection breaks after the commit
	}
	answer.send(w)
}

// refuse answers as a gateway does, before the API sees the request.
func refuse(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"fault":{"faultstring":%q,"detail":{"errorcode":"policies.ratelimit"}}}`, http.StatusText(status))
}
