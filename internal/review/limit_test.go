package review

import (
	"fmt"
	"strings"
	"testing"
)

// A plan that is too long is refused with the limit before it takes memory.
func TestRead_tooLong(t *testing.T) {
	t.Parallel()
	const longest = 1 << 20
	plan := func(n int) string {
		head, tail := `{"format_version": "1.2", "resource_changes": [], "planned_values": "`, `"}`
		return head + strings.Repeat("x", n-len(head)-len(tail)) + tail
	}
	if _, err := read(strings.NewReader(plan(longest)), longest); err != nil {
		t.Errorf("a plan of the maximum length: %v", err)
	}
	_, err := read(strings.NewReader(plan(longest+1)), longest)
	if err == nil || !strings.Contains(fmt.Sprint(err), "longer than 1 MB, the limit of a review") {
		t.Errorf("one byte more: %v", err)
	}
}
