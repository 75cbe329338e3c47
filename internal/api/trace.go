package api

import (
	"errors"
	"regexp"
	"strings"
)

// The headers of the W3C's Trace Context.
const (
	HeaderTraceparent = "Traceparent"
	HeaderTracestate  = "Tracestate"
)

// Trace is the position in a trace that requests belong to. A caller that passes
// it on creates no span, so it forwards the values unchanged.
type Trace struct {
	Parent string // value of the header HeaderTraceparent; empty for no trace
	State  string // value of the header HeaderTracestate; may be empty
}

// ID returns the trace's id, "" without a trace.
func (t Trace) ID() string {
	if t.Parent == "" {
		return ""
	}
	return strings.Split(t.Parent, "-")[1]
}

var (
	parentPattern = regexp.MustCompile(`^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$`)
	zeros         = regexp.MustCompile(`^0+$`)
	// memberPattern matches a member of a tracestate: a key, or a key of a tenant in
	// a system, and a value.
	memberPattern = regexp.MustCompile(`^([a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13}|[a-z][a-z0-9_*/-]{0,255})=[ -+\--<>-~]{0,255}[!-+\--<>-~]$`)
)

// Limits of a tracestate: bytes and members.
const (
	maxState        = 512
	maxStateMembers = 32
)

var (
	errParent = errors.New("traceparent is not in the W3C format, version 00")
	errState  = errors.New("tracestate is not in the W3C format")
)

// ParseTrace parses the values of the two headers. It returns the part that is
// valid; the error says what is not.
func ParseTrace(parent, state string) (Trace, error) {
	if parent == "" {
		return Trace{}, nil
	}
	found := parentPattern.FindStringSubmatch(parent)
	if found == nil || zeros.MatchString(found[1]) || zeros.MatchString(found[2]) {
		return Trace{}, errParent
	}
	if state == "" || validState(state) {
		return Trace{Parent: parent, State: state}, nil
	}
	return Trace{Parent: parent}, errState
}

func validState(text string) bool {
	keys, members := map[string]bool{}, strings.Split(text, ",")
	for _, member := range members {
		member = strings.Trim(member, " \t")
		key, _, _ := strings.Cut(member, "=")
		if !memberPattern.MatchString(member) || keys[key] {
			return false
		}
		keys[key] = true
	}
	return len(text) <= maxState && len(members) <= maxStateMembers
}
