package sqlstore

import (
	"database/sql"
	"path/filepath"
	"testing"
)

// The settings apply to every connection of both pools, and override the user's
// options.
func TestSettings(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	file := filepath.Join(t.TempDir(), "iam.db")
	s, err := Open(ctx, "sqlite:"+file+"?_foreign_keys=0&_synchronous=OFF&_journal_mode=DELETE"+
		"&_pragma=foreign_keys(0)&_pragma=synchronous(OFF)&_pragma=cache_size(-321)")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, pool := range []struct {
		db        *sql.DB
		size      int
		queryOnly string
	}{{s.reader.DB, sqliteReaders, "1"}, {s.writer.DB, 1, "0"}} {
		want := map[string]string{
			"foreign_keys": "1", "synchronous": "2", "journal_mode": "wal", "query_only": pool.queryOnly,
			"cache_size": "-321", "application_id": "1229016369",
		}
		for range pool.size {
			conn, err := pool.db.Conn(ctx) // held until the end: each one is another
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			for name, want := range want {
				var got string
				if err := conn.QueryRowContext(ctx, "PRAGMA "+name).Scan(&got); err != nil || got != want {
					t.Errorf("%s is %q, want %q (%v)", name, got, want, err)
				}
			}
		}
	}
}

// A database with durable=false does not wait for the disk.
func TestSettings_notDurable(t *testing.T) {
	t.Parallel()
	for option, want := range map[string]string{"?durable=false": "0", "?durable=true": "2"} {
		s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "iam.db")+option)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		if err := s.writer.QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&got); err != nil || got != want {
			t.Errorf("%s: got %s, want %s (%v)", option, got, want, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
