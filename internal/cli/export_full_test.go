package cli_test

import (
	"bytes"
	"strings"
	"syscall"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/cli"
)

// fullDisk takes so many bytes and no more.
type fullDisk struct{ left int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if len(p) > d.left {
		return d.left, syscall.ENOSPC
	}
	d.left -= len(p)
	return len(p), nil
}

// A configuration that was cut off is no success: what it lacks would be left
// out of management.
func TestExport_fullDisk(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	env := cli.Env{Stdout: &fullDisk{left: 200}, Stderr: &errs, Getenv: func(string) string { return "" }}
	code := cli.Run(t.Context(), env, []string{"export", "--embedded", made(t), "--tenant", "acme"})
	if code != 1 || !strings.Contains(errs.String(), "no space left") {
		t.Errorf("ended with %d: %s", code, errs.String())
	}
}
