package client

import (
	"net/http"
	"strings"
	"testing"
)

func TestEtagCache_bounded(t *testing.T) {
	t.Parallel()
	page := func(tag string, size int) *request {
		return &request{status: http.StatusOK, header: http.Header{"Etag": {tag}}, body: make([]byte, size)}
	}
	var k etagCache
	k.put("untold", page("", 1))
	k.put("large", page(`"1"`, maxCachedBytes-10))
	k.put("small", page(`"2"`, 11))
	k.put("long tag", page(strings.Repeat("a", longestTag+1), 1))
	k.put("broken tag", page("a\nb", 1))
	if k.get("long tag").tag != "" || k.get("broken tag").tag != "" {
		t.Error("a tag is sent back that no server has use for")
	}
	if k.get("untold").tag != "" || k.get("large").tag == "" || k.get("small").tag != "" {
		t.Errorf("kept %d bytes of %d pages", k.size, len(k.pages))
	}
	k.put("large", page(`"3"`, 5))
	k.put("small", page(`"2"`, 11))
	if k.get("large").tag != `"3"` || k.get("small").tag == "" || k.size != 16 {
		t.Errorf("kept %d bytes of %d pages", k.size, len(k.pages))
	}
}
