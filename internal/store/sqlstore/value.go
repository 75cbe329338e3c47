package sqlstore

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// A record's fields are passed to the driver as pointers, both as arguments of an
// insert and as destinations of a select. The types below are for fields that are
// stored in another form.

// jsonText stores a list or a map as JSON text. nil and empty are the same: both
// are stored as null and read as nil.
type jsonText[T []string | map[string]string] struct{ field *T }

func asJSON[T []string | map[string]string](field *T) jsonText[T] {
	return jsonText[T]{field}
}

// Value implements driver.Valuer.
func (j jsonText[T]) Value() (driver.Value, error) {
	if len(*j.field) == 0 {
		return "null", nil
	}
	text, err := json.Marshal(*j.field)
	return string(text), err
}

// Scan implements sql.Scanner.
func (j jsonText[T]) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("read JSON: got %T, want text", src)
	}
	if text == "null" {
		*j.field = nil
		return nil
	}
	if list, ok := any(j.field).(*[]string); ok {
		if *list, ok = simpleList(text); ok {
			return nil
		}
	}
	return json.Unmarshal([]byte(text), j.field)
}

// simpleList reads a JSON list of texts without spaces between them and escapes in
// them. Most lists are like that, and this takes a tenth of the time. ok is false
// for any other text.
func simpleList(text string) (list []string, ok bool) {
	inner, starts := strings.CutPrefix(text, `["`)
	inner, ends := strings.CutSuffix(inner, `"]`)
	if !starts || !ends || strings.Contains(inner, `\`) {
		return nil, false
	}
	list = strings.Split(inner, `","`)
	return list, strings.Count(inner, `"`) == 2*(len(list)-1)
}

// millis stores a time as milliseconds since 1970, and the zero time as 0. NULL
// sorts first in one engine and last in the other.
type millis struct{ field *time.Time }

func asMillis(field *time.Time) millis { return millis{field} }

// Value implements driver.Valuer.
func (m millis) Value() (driver.Value, error) { return m.number(), nil }

func (m millis) number() int64 {
	if m.field.IsZero() {
		return 0
	}
	return m.field.UnixMilli()
}

// Scan implements sql.Scanner.
func (m millis) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("read a time: got %T, want a number", src)
	}
	*m.field = fromMillis(n)
	return nil
}

func fromMillis(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// stored returns a time as it is read after it was stored.
func stored(t time.Time) time.Time { return fromMillis(asMillis(&t).number()) }

// emailKey stores an e-mail in the form used for comparison. Scan ignores it: the
// e-mail itself has its own column.
type emailKey struct{ email *string }

func asEmailKey(email *string) emailKey { return emailKey{email} }

// Value implements driver.Valuer.
func (k emailKey) Value() (driver.Value, error) { return foldEmail(*k.email), nil }

// Scan implements sql.Scanner.
func (emailKey) Scan(any) error { return nil }

// foldEmail is not left to the database: SQLite's lower() only supports ASCII,
// and PostgreSQL's depends on the locale.
func foldEmail(email string) string { return strings.ToLower(email) }

// key is text in an index; see store.MaxKey.
type key string

func asKey(field *string) *key { return (*key)(field) }

// unstorable returns why a field cannot be stored, or "". Lists and maps always
// can: JSON escapes a zero byte.
func unstorable(field any) string {
	var text string
	limit := -1
	switch field := field.(type) {
	case *string:
		text = *field
	case *key:
		text, limit = string(*field), store.MaxKey
	case emailKey:
		text, limit = foldEmail(*field.email), store.MaxKey
	}
	switch {
	case !storable(text):
		return "contains a zero byte or is not UTF-8"
	case limit >= 0 && len(text) > limit:
		return fmt.Sprintf("has %d bytes, but the limit is %d", len(text), limit)
	}
	return ""
}

// storable reports whether PostgreSQL accepts the text.
func storable(text string) bool {
	return utf8.ValidString(text) && !strings.Contains(text, "\x00")
}

// searchArgs replaces text that cannot be stored, and so cannot be found, with
// NULL, which equals nothing. PostgreSQL would reject it and abort the
// transaction.
func searchArgs(args []any) []any {
	for i, arg := range args {
		if text, ok := arg.(string); ok && !storable(text) {
			args[i] = nil
		}
	}
	return args
}
