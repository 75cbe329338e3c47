// Package tune sets what a plugin process costs, before it starts to serve.
package tune

import (
	"runtime/debug"
	"slices"
	"strings"
)

// The collector runs when the memory has grown to nine times what is in use,
// not twice: a plugin lives for seconds. The limit is soft, and only makes the
// collector run more often beyond it.
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
	}
}
