package client

import (
	"net/http"
	"sync"
)

// maxCachedBytes limits the memory of cached pages: enough for about 70,000 users.
const maxCachedBytes = 32 << 20

// longestTag limits an ETag in bytes. A page with a longer one is not cached.
const longestTag = 256

// etagCache holds pages of lists with their ETags. Guardrails, data sources and
// resources may each read the same list in one run; a page that did not change is
// not sent again. The server confirms each page on every read, so no page is out of
// date. The public API sends no ETags, and nothing of it is cached.
type etagCache struct {
	mu    sync.Mutex
	pages map[string]cachedPage // by path and query
	size  int
}

type cachedPage struct {
	tag  string // the ETag; empty: the page is not cached
	body []byte
}

func (c *etagCache) get(at string) cachedPage {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pages[at]
}

// put caches a page that has an ETag, within the memory limit.
func (c *etagCache) put(at string, r *request) {
	tag := r.header.Get("ETag")
	if tag == "" || len(tag) > longestTag || !sendable(tag) || r.status != http.StatusOK {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	size := c.size - len(c.pages[at].body) + len(r.body)
	if size > maxCachedBytes {
		return
	}
	if c.pages == nil {
		c.pages = map[string]cachedPage{}
	}
	c.pages[at], c.size = cachedPage{tag, r.body}, size
}
