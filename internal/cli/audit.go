package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/client"
)

// runAudit reads the audit events of a tenant.
func runAudit(ctx context.Context, env Env, args []string) error {
	if len(args) > 0 && args[0] == "export" {
		return runAuditExport(ctx, env, args[1:])
	}
	w, err := usageOutput(env, args)
	fmt.Fprint(w, "Read the audit events of a tenant.\n\nUsage: terraform-provider-iam audit export [flags]\n")
	return err
}

// runAuditExport prints the audit events of a tenant, one per line. The last line
// names the range of events; an export without it is truncated.
func runAuditExport(ctx context.Context, env Env, args []string) (err error) {
	var o location
	var from int64
	var since string
	f := flags(env, "audit export", "Print what changed in a tenant, and who changed it, as JSON Lines, oldest first. The last line has\n\"end\": true and the range of events: an export without it is truncated.\n"+credentialsUsage)
	o.flags(env, f)
	f.Int64Var(&from, "from", 0, "`id` of the first event: one more than the last id of an earlier export (default the first event)")
	f.StringVar(&since, "since", "", "start with the first event of that `time` or later, such as 2026-01-31T12:00:00Z, instead")
	if err := parse(env, f, args); err != nil {
		return err
	}
	begin, err := auditBegin(o, from, since)
	if err != nil {
		fmt.Fprintln(env.Stderr, "audit export:", err)
		return errUsage
	}
	c, closeBackend, err := o.connect(ctx, env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeBackend()) }()
	return exportAudit(ctx, env, c, begin)
}

func auditBegin(o location, from int64, since string) (begin client.AuditExport, err error) {
	begin.From = from
	if err := o.check(); err != nil {
		return begin, err
	}
	switch {
	case from < 0:
		return begin, errors.New("--from must not be negative")
	case from > 0 && since != "":
		return begin, errors.New("use --from or --since, not both")
	case since == "":
		return begin, nil
	}
	if begin.Since, err = time.Parse(time.RFC3339, since); err != nil {
		return begin, fmt.Errorf("--since must be a time such as 2026-01-31T12:00:00Z, not %q", since)
	}
	return begin, nil
}

func exportAudit(ctx context.Context, env Env, c *client.Client, begin client.AuditExport) error {
	w := bufio.NewWriter(env.Stdout)
	end, err := c.ExportAuditEvents(ctx, begin, func(text []byte) error {
		_, _ = w.Write(text) // bufio returns the error again
		return w.WriteByte('\n')
	})
	if err == nil {
		err = json.NewEncoder(w).Encode(end)
	}
	if err := errors.Join(err, w.Flush()); err != nil {
		if end.Count > 0 {
			return fmt.Errorf("%w; the output ends with event %d or earlier: continue with --from set to one more than the id of its last complete line", err, end.Last)
		}
		return err
	}
	return nil
}
