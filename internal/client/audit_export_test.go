package client

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

func auditLine(id int) string {
	return fmt.Sprintf(`{"id":%d,"time":"2026-01-31T12:00:00Z","actorKind":"system","action":"delete","kind":"group","objectId":"g"}`+"\n", id)
}

func auditEnd(from, last, count, missing, newest int) string {
	return fmt.Sprintf(`{"end":true,"from":%d,"last":%d,"count":%d,"missing":%d,"newest":%d}`+"\n", from, last, count, missing, newest)
}

// An export is read piece by piece, to the event that was the newest at its
// start, and says what is in it all.
func TestExportAuditEvents(t *testing.T) {
	t.Parallel()
	pieces := map[string]string{
		"limit=2":                                auditLine(3) + auditLine(4) + auditEnd(1, 4, 2, 2, 7),
		"from=5&limit=2":                         auditLine(5) + auditLine(7) + auditEnd(5, 7, 2, 1, 9),
		"from=9&limit=2":                         auditLine(9) + auditEnd(9, 9, 1, 0, 9),
		"from=8&limit=2":                         auditEnd(8, 7, 0, 0, 7),
		"limit=2&since=2026-01-31T12%3A00%3A00Z": auditLine(6) + auditLine(7) + auditEnd(6, 7, 2, 0, 7),
	}
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		if text, ok := pieces[r.URL.RawQuery]; ok {
			answer(200, text)(w, r)
			return
		}
		t.Errorf("asked for %s", r.URL.RawQuery)
	}, func(o *Options) { o.PageSize = 2 })
	for _, test := range []struct {
		from AuditExport
		ids  string
		end  api.AuditEnd
	}{
		{AuditExport{}, "3 4 5 7", api.AuditEnd{End: true, From: 1, Last: 7, Count: 4, Missing: 3, Newest: 7}},
		{AuditExport{From: 9}, "9", api.AuditEnd{End: true, From: 9, Last: 9, Count: 1, Newest: 9}},
		{AuditExport{From: 8}, "", api.AuditEnd{End: true, From: 8, Last: 7, Newest: 7}},
		{AuditExport{Since: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)}, "6 7", api.AuditEnd{End: true, From: 6, Last: 7, Count: 2, Newest: 7}},
	} {
		var ids []string
		end, err := c.ExportAuditEvents(t.Context(), test.from, func(text []byte) error {
			id, _, _ := strings.Cut(strings.TrimPrefix(string(text), `{"id":`), ",")
			ids = append(ids, id)
			return nil
		})
		if err != nil || strings.Join(ids, " ") != test.ids || end != test.end {
			t.Errorf("%+v: got %s and %+v, %v", test.from, ids, end, err)
		}
	}
	failed := errors.New("no room")
	if end, err := c.ExportAuditEvents(t.Context(), AuditExport{}, func([]byte) error { return failed }); !errors.Is(err, failed) || end.End || end.Last != 0 {
		t.Errorf("a caller that fails: got %+v, %v", end, err)
	}
}

// A truncated or inconsistent export is an error that says how far it got.
func TestExportAuditEvents_lies(t *testing.T) {
	t.Parallel()
	whole := auditLine(5) + auditLine(6) + auditEnd(5, 6, 2, 0, 9)
	for name, second := range map[string]string{
		"nothing":            "",
		"a page":             "<html>",
		"no last line":       auditLine(5) + auditLine(6),
		"cut in a line":      whole[:30],
		"cut in the last":    whole[:len(whole)-5],
		"cut at its end":     whole[:len(whole)-1],
		"more after it":      whole + auditLine(7),
		"an event twice":     auditLine(5) + auditLine(5) + auditEnd(5, 6, 2, 0, 9),
		"in another order":   auditLine(6) + auditLine(5) + auditEnd(5, 6, 2, 0, 9),
		"an earlier event":   auditLine(4) + auditLine(5) + auditEnd(5, 6, 2, 0, 9),
		"a later event":      auditLine(5) + auditLine(7) + auditEnd(5, 6, 2, 0, 9),
		"an event less":      auditLine(5) + auditEnd(5, 6, 2, 0, 9),
		"one that is silent": auditLine(5) + auditLine(7) + auditEnd(5, 7, 2, 0, 9),
		"another beginning":  auditLine(6) + auditLine(7) + auditEnd(6, 7, 2, 0, 9),
		"beyond the newest":  auditLine(5) + auditLine(6) + auditEnd(5, 6, 2, 0, 5),
		"no progress":        auditEnd(5, 4, 0, 0, 9),
		"less than a piece":  auditLine(5) + auditEnd(5, 5, 1, 0, 9),
		"not an event":       `{"id":"5"}` + "\n" + auditLine(6) + auditEnd(5, 6, 2, 0, 9),
		"not JSON":           "x\n" + auditLine(6) + auditEnd(5, 6, 2, 0, 9),
		"an empty line":      "\n" + whole,
	} {
		c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
			text := second
			if r.URL.Query().Get("from") == "" {
				text = auditLine(3) + auditLine(4) + auditEnd(3, 4, 2, 0, 6)
			}
			answer(200, text)(w, r)
		}, func(o *Options) { o.PageSize = 2 })
		count := 0
		end, err := c.ExportAuditEvents(t.Context(), AuditExport{}, func([]byte) error { count++; return nil })
		if _, ok := errors.AsType[*RequestError](err); !ok || end != (api.AuditEnd{From: 3, Last: 4, Count: 2, Newest: 6}) || count != 2 {
			t.Errorf("%s: got %+v after %d events, %v", name, end, count, err)
		}
	}
}

// An API without audit events says so.
func TestExportAuditEvents_elsewhere(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, answer(404, `{}`))
	_, err := c.ExportAuditEvents(t.Context(), AuditExport{}, func([]byte) error { return nil })
	if _, ok := errors.AsType[*UnsupportedError](err); !ok {
		t.Errorf("got %v", err)
	}
}
