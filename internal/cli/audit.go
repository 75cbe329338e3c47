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
	w, err := explaining(env, args)
	fmt.Fprint(w, "Read the audit events of a tenant.\n\nUsage: terraform-provider-iam audit export [flags]\n")
	return err
}

// runAuditExport prints the audit events of a tenant, one a line. The last line
// says which they were; an export without it was cut off.
func runAuditExport(ctx context.Context, env Env, args []string) (err error) {
	var o reportOptions
	var from int64
	var since string
	f := flags(env, "audit export", "Print what changed in a tenant, and who changed it, as JSON Lines, oldest first. The last line has\n\"end\": true and says which events these were: an export without it was cut off.\nCredentials come from IAM_CLIENT_ID and IAM_CLIENT_SECRET, or IAM_ACCESS_TOKEN; an embedded database needs none.")
	f.StringVar(&o.apiURL, "api-url", env.Getenv("IAM_API_URL"), "base `URL` of the reference backend (default IAM_API_URL)")
	f.StringVar(&o.embedded, "embedded", "", "`path` of an embedded backend's database, instead of an API")
	f.StringVar(&o.tenant, "tenant", env.Getenv("IAM_TENANT"), "`name` of the tenant (default IAM_TENANT)")
	f.Int64Var(&from, "from", 0, "`id` of the event to begin with: one more than the last that an earlier export has (default the first)")
	f.StringVar(&since, "since", "", "begin with the first event of that `time` or later, such as 2026-01-31T12:00:00Z, instead")
	if err := parse(env, f, args); err != nil {
		return err
	}
	begin, err := auditBegin(o, from, since)
	if err != nil {
		fmt.Fprintln(env.Stderr, "audit export:", err)
		return errUsage
	}
	c, closeBackend, err := connect(ctx, env, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeBackend()) }()
	return exportAudit(ctx, env, c, begin)
}

func auditBegin(o reportOptions, from int64, since string) (begin client.AuditExport, err error) {
	begin.From = from
	switch {
	case o.apiURL == "" && o.embedded == "":
		return begin, errors.New("say where to look: a reference backend with --api-url (or IAM_API_URL), or a database with --embedded")
	case from < 0:
		return begin, errors.New("--from is not negative")
	case from > 0 && since != "":
		return begin, errors.New("give --from or --since, not both")
	case since == "":
		return begin, nil
	}
	if begin.Since, err = time.Parse(time.RFC3339, since); err != nil {
		return begin, fmt.Errorf("--since is a time such as 2026-01-31T12:00:00Z, not %q", since)
	}
	return begin, nil
}

func exportAudit(ctx context.Context, env Env, c *client.Client, begin client.AuditExport) error {
	w := bufio.NewWriter(env.Stdout)
	end, err := c.ExportAuditEvents(ctx, begin, func(text []byte) error {
		_, _ = w.Write(text) // what fails, fails again
		return w.WriteByte('\n')
	})
	if err == nil {
		err = json.NewEncoder(w).Encode(end)
	}
	if err := errors.Join(err, w.Flush()); err != nil {
		if end.Count > 0 {
			return fmt.Errorf("%w; what was printed ends with event %d, or before: go on with --from and one more than the id of its last whole line", err, end.Last)
		}
		return err
	}
	return nil
}
