package sqlstore

import (
	"errors"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// A batch is counted once, by its result; one that stored nothing is not counted.
func TestFigures_ended(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), sqltest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	f := newFigures(s.reader.DB, s.writer.DB)
	s.figures = f
	for _, b := range []*batch{{size: 3}, {size: 33}, {size: 2, lost: errors.New("lost")}, {}} {
		f.ended(b, 0)
	}
	var text strings.Builder
	s.WriteMetrics(&text)
	for _, line := range []string{
		"iam_store_batches_lost_total 1",
		"iam_store_batch_transactions_sum 36",
		"iam_store_batch_transactions_count 2",
		`iam_store_batch_transactions_bucket{le="4"} 1`,
		`iam_store_batch_transactions_bucket{le="40"} 2`,
		"iam_store_commit_duration_seconds_count 2",
		`iam_store_pool_connections_limit{pool="writer"} 1`,
		"# TYPE iam_store_commit_duration_seconds histogram",
		"# TYPE iam_store_pool_waits_total counter",
	} {
		if !strings.Contains(text.String(), line+"\n") {
			t.Errorf("there is no %s in\n%s", line, &text)
		}
	}
}
