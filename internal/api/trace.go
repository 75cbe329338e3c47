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

// Trace is the place in a trace that requests belong to. Who passes it on makes
// no span, and so leaves it as it came.
type Trace struct {
	Parent string // as in the header HeaderTraceparent; empty: there is none
	State  string // as in the header HeaderTracestate; may be empty
}

// ID is the trace's id, empty where there is no trace.
func (t Trace) ID() string {
	if t.Parent == "" {
		return ""
	}
	return strings.Split(t.Parent, "-")[1]
}

var (
	parentPattern = regexp.MustCompile(`^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$`)
	zeros         = regexp.MustCompile(`^0+$`)
	// memberPattern is a member of a state: a key, perhaps of a tenant of a
	// system, and a value.
	memberPattern = regexp.MustCompile(`^([a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13}|[a-z][a-z0-9_*/-]{0,255})=[ -+\--<>-~]{0,255}[!-+\--<>-~]$`)
)

// The most that a state has.
const (
	maxState        = 512
	maxStateMembers = 32
)

var (
	errParent = errors.New("the traceparent is not of the W3C's form, version 00")
	errState  = errors.New("the tracestate is not of the W3C's form")
)

// ParseTrace reads the headers, or what stands for them. It returns what of them
// can be passed on; the error says what cannot.
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
