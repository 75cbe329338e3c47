package provider

import (
	"bytes"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

// What of the environment is no trace is said in the log.
func TestProvider_trace(t *testing.T) {
	t.Parallel()
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	for _, c := range []struct{ parent, state, logged string }{
		{"", "", ""},
		{parent, "", ""},
		{parent, "a=b", ""},
		{"nonsense", "", "traceparent"},
		{parent, "nonsense", "tracestate"},
	} {
		var log bytes.Buffer
		environment := map[string]string{"TRACEPARENT": c.parent, "TRACESTATE": c.state}
		p := &iamProvider{Plugin: New("test", func(name string) string { return environment[name] })}
		got := p.trace(tflogtest.RootLogger(t.Context(), &log))
		if c.logged == "" {
			if log.Len() > 0 || got.Parent != c.parent || got.State != c.state {
				t.Errorf("%+v: got %+v, the log has %s", c, got, &log)
			}
		} else if text := log.String(); !strings.Contains(text, c.logged) || !strings.Contains(text, `"@level":"warn"`) || strings.Contains(text, "nonsense") {
			t.Errorf("%+v: the log has %s", c, text)
		}
	}
}
