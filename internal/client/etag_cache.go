package client

import (
	"net/http"
	"sync"
)

// maxCachedBytes bounds the memory that kept pages take: those of some 70,000 users.
const maxCachedBytes = 32 << 20

// longestTag is how many bytes of a version are sent back.
const longestTag = 256

// etagCache are pages of lists as they were last read, with what the server
// calls that version. Guardrails, data sources and resources may each read the
// same list in one run: what did not change in between does not travel again.
// The server is asked each time, so that nobody gets what is out of date. The
// public API names no versions, and keeps nothing here.
type etagCache struct {
	mu    sync.Mutex
	pages map[string]cachedPage // by path and query
	size  int
}

type cachedPage struct {
	tag  string // an ETag; empty: there is no such page
	body []byte
}

func (k *etagCache) get(at string) cachedPage {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.pages[at]
}

// keep keeps a page that has a version, while there is room.
func (k *etagCache) keep(at string, r *request) {
	tag := r.header.Get("ETag")
	if tag == "" || len(tag) > longestTag || !sendable(tag) || r.status != http.StatusOK {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	size := k.size - len(k.pages[at].body) + len(r.body)
	if size > maxCachedBytes {
		return
	}
	if k.pages == nil {
		k.pages = map[string]cachedPage{}
	}
	k.pages[at], k.size = cachedPage{tag, r.body}, size
}
