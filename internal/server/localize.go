package server

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// languages are the tenant's language tags; the first is the default.
type languages []string

func tenantLanguages(ctx context.Context, tx store.DocumentTx, tenant string) (languages, error) {
	var text string
	found, err := setting(ctx, tx, tenant, api.SettingLanguages, &text)
	if err != nil {
		return nil, err
	}
	if !found {
		return languages{"en"}, nil // somebody deleted the setting
	}
	var options []api.SettingOption
	if err := json.Unmarshal([]byte(text), &options); err != nil {
		return nil, fmt.Errorf("reading the languages of %s: %w", tenant, err)
	}
	var tags languages
	for _, o := range options {
		if o.Default {
			tags = slices.Insert(tags, 0, o.ID)
		} else {
			tags = append(tags, o.ID)
		}
	}
	if len(tags) == 0 {
		return nil, fmt.Errorf("the setting %s of %s lists no language", api.SettingLanguages, tenant)
	}
	return tags, nil
}

// unknown refuses languages that the tenant does not have.
func (l languages) unknown(tags ...string) error {
	var details []string
	for _, tag := range tags {
		if !slices.Contains(l, tag) {
			details = append(details, fmt.Sprintf("Language %q is not supported; the tenant has %s", tag, strings.Join(l, ", ")))
		}
	}
	if len(details) == 0 {
		return nil
	}
	return badRequest("Unsupported language", details...)
}

// texts reads a localized member under the request's Content-Language: "*" or
// an object takes the languages as they stand, one language takes a plain
// text, and none means the tenant's default language.
func (l languages) texts(c *call, member string, t api.Text) (map[string]string, error) {
	header := c.r.Header.Get("Content-Language")
	if header != "" && header != "*" {
		if err := l.unknown(header); err != nil {
			return nil, err
		}
	}
	plain, isPlain := t[""]
	if !isPlain || len(t) > 1 {
		tags := slices.Sorted(maps.Keys(t))
		return t, l.unknown(tags...)
	}
	switch header {
	case "*":
		return nil, badRequest(member + " must be an object of language to text, as Content-Language is *")
	case "":
		header = l[0]
	}
	return map[string]string{header: plain}, nil
}

// view says how localized texts go out: all languages, or the best of those
// that the caller accepts.
type view struct {
	all    bool
	ranked []string // best first, ends with the tenant's default
}

// accepted reads the request's Accept-Language. Absent, it means the tenant's
// default language.
func (s *Server) accepted(c *call) (view, error) {
	known, err := tenantLanguages(c.ctx, s.store, c.tenant)
	if err != nil {
		return view{}, err
	}
	header := c.r.Header.Get("Accept-Language")
	if header == "*" {
		return view{all: true}, nil
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return view{}, badRequest("Accept-Language cannot be read", err.Error())
	}
	var v view
	for _, tag := range tags {
		name := tag.String()
		if name == "mul" { // how the parser spells the wildcard
			continue
		}
		if err := known.unknown(name); err != nil {
			return view{}, err
		}
		v.ranked = append(v.ranked, name)
	}
	v.ranked = append(v.ranked, known[0])
	return v, nil
}

// text presents a localized text.
func (v view) text(texts map[string]string) api.Text {
	if len(texts) == 0 {
		return nil
	}
	if v.all {
		return texts
	}
	for _, tag := range v.ranked {
		if text, ok := texts[tag]; ok {
			return api.Text{"": text}
		}
	}
	// Better a text in another language than none.
	return api.Text{"": texts[slices.Min(slices.Collect(maps.Keys(texts)))]}
}
