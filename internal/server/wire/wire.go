// Package wire converts records of the store to documents of the API, and documents
// that are stored as JSON. It converts only: rules are in access, requests in
// server.
package wire

import (
	"maps"
	"slices"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// List returns the list, or an empty one for nil, which JSON would write as null.
func List[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// Time formats a time as the API does; the zero time is empty.
func Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

// View selects the languages of localized texts: all, or the best one that the
// caller accepts.
type View struct {
	All    bool
	Ranked []string // best first; the last one is the tenant's default
}

// Text returns a localized text as the view shows it.
func (v View) Text(texts map[string]string) api.Text {
	if len(texts) == 0 {
		return nil
	}
	if v.All {
		return texts
	}
	for _, tag := range v.Ranked {
		if text, ok := texts[tag]; ok {
			return api.Text{"": text}
		}
	}
	// A text in another language is better than none.
	return api.Text{"": texts[slices.Min(slices.Collect(maps.Keys(texts)))]}
}

// English returns a localized text in English; nil for an empty text.
func English(text string) map[string]string {
	if text == "" {
		return nil
	}
	return map[string]string{"en": text}
}
