// Package tune sets what a plugin process costs, before it starts to serve.
package tune

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
)

// The collector runs when the memory has grown to nine times what is in use,
// not twice: a plugin lives for seconds. The limit is soft: it makes the
// collector run more often, up to when the memory is twice what is in use, as
// it is without these settings. From there on the limit yields, or the process
// would do nothing but collect.
const (
	growth = 800
	limit  = 256 << 20
)

// sdkLevels are the levels of what the plugin SDK and the provider log. The
// SDK takes a level that is not set for the lowest.
var sdkLevels = []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_PROVIDER_IAM"}

// Quiet returns the variables that keep the SDK from logging, which takes
// almost half of a plan where nobody reads it: Terraform drops what it did not
// ask for. There are none when the environment asks for a log.
func Quiet(environment []string) []string {
	asked := func(variable string) bool {
		name, value, _ := strings.Cut(variable, "=")
		return value != "" && (name == "TF_LOG" || strings.HasPrefix(name, "TF_LOG_PROVIDER") || strings.HasPrefix(name, "TF_LOG_SDK"))
	}
	if slices.ContainsFunc(environment, asked) {
		return nil
	}
	return sdkLevels
}

// Memory spends memory for time, as far as the environment does not say how
// much the collector may take.
func Memory(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(growth)
	}
	if getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit)
		afterCollection(yield)
	}
}

// yield leaves room for as much again as is in use.
func yield() {
	inUse := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(inUse)
	if room := 2 * int64(inUse[0].Value.Uint64()); room > debug.SetMemoryLimit(-1) { //nolint:gosec // far from overflowing
		debug.SetMemoryLimit(room)
	}
}

// afterCollection calls fn after each collection from now on: an object that
// nobody refers to is finalized by the next one.
func afterCollection(fn func()) {
	type marker struct{ _ [16]byte } // smaller ones share their memory with others
	var next func(*marker)
	next = func(*marker) {
		fn()
		runtime.SetFinalizer(&marker{}, next)
	}
	runtime.SetFinalizer(&marker{}, next)
}
