// Package wire converts records of the store to documents of the API, and documents
// that are stored as JSON. It converts only: rules are in access, requests in
// server.
package wire

import (
	"maps"
	"slices"
	"strings"
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
	Ranked []string // best first
	OneKey bool     // a text in one language is an object with one key, not a plain text
}

// Text returns a localized text as the view shows it.
func (v View) Text(texts map[string]string) api.Text {
	if len(texts) == 0 {
		return nil
	}
	if v.All {
		return texts
	}
	tag := v.best(texts)
	if v.OneKey {
		return api.Text{tag: texts[tag]}
	}
	return api.Text{"": texts[tag]}
}

// best returns the language to show. A text in any language is better than none.
func (v View) best(texts map[string]string) string {
	for _, ranked := range v.Ranked {
		if _, ok := texts[ranked]; ok {
			return ranked
		}
		for tag := range texts { // at most one has another case
			if strings.EqualFold(tag, ranked) {
				return tag
			}
		}
	}
	return slices.Min(slices.Collect(maps.Keys(texts)))
}

// English returns a localized text in English; nil for an empty text.
func English(text string) map[string]string {
	if text == "" {
		return nil
	}
	return map[string]string{"en": text}
}
