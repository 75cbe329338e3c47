package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

const (
	traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
	parent  = "00-" + traceID + "-00f067aa0ba902b7-01"
)

// Only the W3C format, version 00, is accepted.
func TestParseTrace_parent(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		parent:                                   true,
		"00-" + traceID + "-00f067aa0ba902b7-00": true,
		"00-" + traceID + "-00f067aa0ba902b7-ff": true,
		"01-" + traceID + "-00f067aa0ba902b7-01": false,
		"ff-" + traceID + "-00f067aa0ba902b7-01": false,
		parent + "-x":                            false,
		parent + "\n":                            false,
		parent + "\r\nX-Evil: 1":                 false,
		" " + parent:                             false,
		strings.ToUpper(parent):                  false,
		"00-" + strings.Repeat("0", 32) + "-00f067aa0ba902b7-01": false,
		"00-" + traceID + "-0000000000000000-01":                 false,
		"00-" + traceID[1:] + "-00f067aa0ba902b7-01":             false,
		"00-" + traceID + "0-00f067aa0ba902b7-01":                false,
		"00-" + traceID + "-00f067aa0ba902b-01":                  false,
		"00-" + traceID + "-00f067aa0ba902b7":                    false,
		"00-" + traceID + "-00f067aa0ba902b7-1":                  false,
		"00-" + traceID + "-00f067aa0ba902b7-0g":                 false,
		"00_" + traceID + "_00f067aa0ba902b7_01":                 false,
		"nonsense":                                               false,
		traceID:                                                  false,
		"00-" + strings.Repeat("g", 32) + "-00f067aa0ba902b7-01": false,
		"00-" + strings.Repeat("é", 16) + "-00f067aa0ba902b7-01": false,
	} {
		got, err := api.ParseTrace(text, "a=b")
		if (err == nil) != ok || (got.Parent == text) != ok || (got != api.Trace{}) != ok {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
		if ok && got.ID() != traceID {
			t.Errorf("%q: the id is %q", text, got.ID())
		}
	}
	if got, err := api.ParseTrace("", "a=b"); (got != api.Trace{}) || err != nil || got.ID() != "" {
		t.Errorf("without a trace: got %+v, %v", got, err)
	}
}

// An invalid tracestate is dropped; the traceparent is kept.
func TestParseTrace_state(t *testing.T) {
	t.Parallel()
	members := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf("k%d=v", i))
		}
		return strings.Join(list, ",")
	}
	for text, ok := range map[string]bool{
		"":                               true,
		"congo=t61rcWkgMzE":              true,
		"rojo=00f067aa0ba902b7, congo=t": true,
		"fw529a3039@dt=FfSiReOhu; a":     true,
		"1a@sys=x":                       true,
		members(32):                      true,
		members(33):                      false,
		"k=" + strings.Repeat("v", 256):  true,
		"k=" + strings.Repeat("v", 257):  false,
		"a=" + strings.Repeat("v", 255) + ",b=" + strings.Repeat("v", 252): true,
		"a=" + strings.Repeat("v", 255) + ",b=" + strings.Repeat("v", 254): false, // longer than 512
		"a=1,a=2":     false,
		"A=1":         false,
		"1a=x":        false,
		"a":           false,
		"a=":          false,
		"a=b=c":       false,
		"a=b,":        false,
		"a=b\r\nX: 1": false,
		"a=é":         false,
	} {
		got, err := api.ParseTrace(parent, text)
		if (err == nil) != ok || got.Parent != parent || (got.State == text) != ok && text != "" || !ok && got.State != "" {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
}
