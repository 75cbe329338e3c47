package tune

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
)

func TestSilencedLogs(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		environment []string
		quiet       bool
	}{
		"nothing requested":    {[]string{"HOME=/root"}, true},
		"empty variables":      {[]string{"TF_LOG=", "TF_LOG_PROVIDER="}, true},
		"log of Terraform":     {[]string{"TF_LOG_CORE=TRACE", "TF_LOG_PATH=log"}, true},
		"all logs":             {[]string{"TF_LOG=DEBUG"}, false},
		"logs of providers":    {[]string{"TF_LOG_PROVIDER=INFO"}, false},
		"log of this provider": {[]string{"TF_LOG_PROVIDER_IAM=INFO"}, false},
		"log of the SDK":       {[]string{"TF_LOG_SDK=WARN"}, false},
		"part of the SDK":      {[]string{"TF_LOG_SDK_PROTO=WARN"}, false},
		"data of the protocol": {[]string{"TF_LOG_SDK_PROTO_DATA_DIR=/tmp"}, false},
	}
	for name, test := range tests {
		if got := len(SilencedLogs(test.environment)) > 0; got != test.quiet {
			t.Errorf("%s: quiet is %t", name, got)
		}
	}
}

// Not parallel: the test changes settings of the whole process.
func TestMemory(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(math.MaxInt64))
	Memory(func(string) string { return "off" })
	if debug.SetGCPercent(-1) != 100 || debug.SetMemoryLimit(-1) != math.MaxInt64 {
		t.Error("a setting of the environment was overridden")
	}
	Memory(func(string) string { return "" })
	if got := debug.SetGCPercent(100); got != growth {
		t.Errorf("growth of %d percent", got)
	}
	if got := debug.SetMemoryLimit(-1); got != limit {
		t.Errorf("limit of %d bytes", got)
	}
	large := make([]byte, limit)
	for range 1000 { // finalizers run some time after a collection
		runtime.GC()
	}
	if got := debug.SetMemoryLimit(-1); got < 2*limit {
		t.Errorf("limit of %d bytes where %d are in use", got, len(large))
	}
	runtime.KeepAlive(large)
}
