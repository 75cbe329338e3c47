// Package tune configures a plugin process before it starts to serve: the garbage
// collector and the SDK's logs.
package tune

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
)

// The collector runs when the heap has grown to nine times the live memory
// instead of twice, because a plugin lives only for seconds. The memory limit is
// soft: near it the collector runs more often, down to the default of twice the
// live memory. Beyond that the limit is raised; otherwise the process would do
// nothing but collect.
const (
	growth = 800
	limit  = 256 << 20
)

// sdkLevels are the environment variables for the log levels of the plugin SDK
// and the provider. To the SDK, an unset level means the lowest one.
var sdkLevels = []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_PROVIDER_IAM"}

// SilencedLogs returns the environment variables to set to OFF so that the SDK
// does not log. Otherwise logging takes almost half the time of a plan, although
// Terraform drops logs that were not requested. It returns none if the
// environment requests a log.
func SilencedLogs(environment []string) []string {
	requested := func(variable string) bool {
		name, value, _ := strings.Cut(variable, "=")
		return value != "" && (name == "TF_LOG" || strings.HasPrefix(name, "TF_LOG_PROVIDER") || strings.HasPrefix(name, "TF_LOG_SDK"))
	}
	if slices.ContainsFunc(environment, requested) {
		return nil
	}
	return sdkLevels
}

// Memory trades memory for speed, unless the environment configures the
// collector.
func Memory(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(growth)
	}
	if getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit)
		afterCollection(raiseLimit)
	}
}

// raiseLimit raises the memory limit to at least twice the live memory.
func raiseLimit() {
	inUse := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(inUse)
	if room := 2 * int64(inUse[0].Value.Uint64()); room > debug.SetMemoryLimit(-1) { //nolint:gosec // far from overflowing
		debug.SetMemoryLimit(room)
	}
}

// afterCollection calls fn after each collection from now on: the next collection
// finalizes an unreferenced object.
func afterCollection(fn func()) {
	type marker struct{ _ [16]byte } // smaller objects share an allocation with others
	var next func(*marker)
	next = func(*marker) {
		fn()
		runtime.SetFinalizer(&marker{}, next)
	}
	runtime.SetFinalizer(&marker{}, next)
}
