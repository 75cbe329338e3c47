//go:build unix

package torture_test

import (
	"context"
	"syscall"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// killed repeatedly kills the process in the middle of writes. Everything it
// confirmed exists after the restart, complete and once.
func killed(t *testing.T, s *stage) {
	var l ledger
	p := serve(t, s.dsn)
	l.prepare(t, connect(t, p.url, client.Options{}))
	kills := 0
	for ; kills < 2 || s.more(); kills++ {
		ctx, stop := context.WithCancel(t.Context())
		wait := l.write(ctx, 8, func() *client.Client { return connect(t, p.url, client.Options{MaxRetries: new(0)}) })
		l.wait(t)
		pause(20, 400)
		p.signal(syscall.SIGKILL)
		stop()
		wait()
		p = serve(t, s.dsn)
		l.check(t, connect(t, p.url, client.Options{}))
		if t.Failed() {
			break
		}
	}
	s.say("%d kills", kills)
	l.say(s)
	p.signal(syscall.SIGTERM)
	if !s.postgres {
		intact(t, s.dsn)
	}
}

// intact fails unless the SQLite file is sound.
func intact(t *testing.T, dsn string) {
	t.Helper()
	var verdict string
	if err := sqltest.RawDB(t, dsn).QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("the file: %s %v", verdict, err)
	}
}
