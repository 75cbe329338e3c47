package access

import (
	"strconv"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access/safecsv"
)

// ReportCSV returns the rows as RFC 4180 text: a header row, CRLF line ends,
// lists separated by spaces. A cell that a spreadsheet would run as a formula
// starts with an apostrophe.
func ReportCSV(rows []Row) string {
	var text strings.Builder
	t := safecsv.NewWriter(&text, rowHeader...)
	for _, r := range rows {
		r.writeTo(t)
		t.EndRow()
	}
	_ = t.End() // a strings.Builder never fails
	return text.String()
}

var rowHeader = []string{"category", "entity", "entity_label", "level", "restrictions", "restriction_aware", "granted_by", "source", "vendor_id", "scopes"}

func (r *Row) writeTo(t *safecsv.Writer) {
	t.Cells(
		r.Category, r.Entity, r.EntityLabel, r.LevelText(), strings.Join(r.Restrictions, " "),
		strconv.FormatBool(r.RestrictionAware), strings.Join(r.GrantedBy, " "), joinSources(r.Sources), r.VendorID, strings.Join(r.Scopes, " "),
	)
}

func joinSources(sources []Source) string {
	if len(sources) == 1 {
		return string(sources[0]) // the usual case
	}
	texts := make([]string, len(sources))
	for i, s := range sources {
		texts[i] = string(s)
	}
	return strings.Join(texts, " ")
}
