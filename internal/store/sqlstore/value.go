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

// A record's fields are given to the driver as pointers, which serve both ways:
// as arguments of an insert and as destinations of a select. The types below
// are for fields that are not stored as they are.

// jsonText stores a list or a map as JSON text. Nil and empty are the same:
// both are stored as null and come back as nil.
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
	return json.Unmarshal([]byte(text), j.field)
}

// millis stores a time as milliseconds since 1970, and no time as 0. NULL would
// be sorted first by one engine and last by another.
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
	*m.field = time.Time{}
	if n != 0 {
		*m.field = time.UnixMilli(n).UTC()
	}
	return nil
}

// emailKey stores an e-mail in the form in which e-mails are compared. Nothing
// comes back: the e-mail itself has a column of its own.
type emailKey struct{ email *string }

func asEmailKey(email *string) emailKey { return emailKey{email} }

// Value implements driver.Valuer.
func (k emailKey) Value() (driver.Value, error) { return foldEmail(*k.email), nil }

// Scan implements sql.Scanner.
func (emailKey) Scan(any) error { return nil }

// foldEmail is done here and not by the database: SQLite's lower() knows ASCII
// only, PostgreSQL's depends on the locale.
func foldEmail(email string) string { return strings.ToLower(email) }

// key is text that an index holds; see store.MaxKey.
type key string

func asKey(field *string) *key { return (*key)(field) }

// refusal says why a field cannot be stored, or nothing. Lists and maps can:
// JSON writes a zero byte as an escape.
func refusal(field any) string {
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
		return "has a zero byte or is not UTF-8"
	case limit >= 0 && len(text) > limit:
		return fmt.Sprintf("has %d bytes, and may have %d", len(text), limit)
	}
	return ""
}

// storable is false for text that PostgreSQL refuses.
func storable(text string) bool {
	return utf8.ValidString(text) && !strings.Contains(text, "\x00")
}

// sought replaces text that cannot be stored, and so cannot be found, by NULL,
// which equals nothing. PostgreSQL would refuse it, and the transaction with it.
func sought(args []any) []any {
	for i, arg := range args {
		if text, ok := arg.(string); ok && !storable(text) {
			args[i] = nil
		}
	}
	return args
}
