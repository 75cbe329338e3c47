package server

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
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
		return languages{"en"}, nil // the setting was deleted
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

// find returns the tenant's spelling of a language tag, which is compared without case
// (RFC 5646).
func (l languages) find(tag string) (spelled string, found bool) {
	i := slices.IndexFunc(l, func(known string) bool { return strings.EqualFold(known, tag) })
	if i < 0 {
		return tag, false
	}
	return l[i], true
}

// unknown refuses languages that the tenant does not have.
func (l languages) unknown(tags ...string) error {
	var details []string
	for _, tag := range tags {
		if _, found := l.find(tag); !found {
			details = append(details, fmt.Sprintf("Language %q is not supported; the tenant has %s", tag, strings.Join(l, ", ")))
		}
	}
	if len(details) == 0 {
		return nil
	}
	return badRequest("Unsupported language", details...)
}

const (
	headerContentLanguage = "Content-Language" // of the texts in a body
	headerAcceptLanguage  = "Accept-Language"
)

// checkContentLanguage refuses a request without the header. The platform requires it for
// groups and access controls only.
func (s *Server) checkContentLanguage(c *call) error {
	if s.lenientLanguage || c.r.Header.Get(headerContentLanguage) != "" {
		return nil
	}
	return badRequest(
		"The header Content-Language is missing",
		"Send Content-Language: * with texts as objects of language to text, or one language of the tenant, as in Content-Language: en, with plain texts",
	)
}

// texts reads a localized member under the request's Content-Language. "*" requires an
// object of languages, one language takes a plain text, and none means the tenant's
// default language. An object is accepted in each case and replaces all texts; a plain
// text replaces the one in its language. The texts are those stored so far.
func (l languages) texts(c *call, member string, t api.Text, stored map[string]string) (map[string]string, error) {
	header := c.r.Header.Get(headerContentLanguage)
	if header != "" && header != "*" {
		if err := l.unknown(header); err != nil {
			return nil, err
		}
	}
	plain, isPlain := t[""]
	if !isPlain || len(t) > 1 {
		return t, l.checkObject(member, t)
	}
	switch header {
	case "*":
		return nil, badRequest(member + " must be an object of language to text, as Content-Language is *")
	case "":
		header = l[0]
	}
	spelled, _ := l.find(header)
	all := map[string]string{spelled: plain}
	for tag, text := range stored {
		if !strings.EqualFold(tag, spelled) {
			all[tag] = text
		}
	}
	return all, nil
}

// checkObject refuses languages that the tenant does not have, and two texts in one
// language.
func (l languages) checkObject(member string, t api.Text) error {
	tags := slices.Sorted(maps.Keys(t))
	if err := l.unknown(tags...); err != nil {
		return err
	}
	for i, tag := range tags {
		if slices.ContainsFunc(tags[:i], func(other string) bool { return strings.EqualFold(tag, other) }) {
			return badRequest(fmt.Sprintf("%s has the language %s twice: the case of a language does not count", member, tag))
		}
	}
	return nil
}

// accepted reads the request's Accept-Language. If it is missing, the tenant's default
// language applies. A language that the tenant does not have is skipped if the header has
// another one that fits, and refused otherwise.
func (s *Server) accepted(c *call) (wire.View, error) {
	known, err := tenantLanguages(c.ctx, s.store, c.tenant)
	if err != nil {
		return wire.View{}, err
	}
	header := strings.TrimSpace(strings.Join(c.r.Header.Values(headerAcceptLanguage), ","))
	if header == "*" {
		return wire.View{All: true}, nil
	}
	ranges, err := parseLanguageRanges(header)
	if err != nil {
		return wire.View{}, badRequest("Accept-Language cannot be read", err.Error())
	}
	v := wire.View{OneKey: s.oneKeyMaps}
	var strangers, refused []string
	fits := false
	for _, r := range ranges {
		tag, found := known.find(r.tag)
		switch {
		case r.weight == 0:
			refused = append(refused, tag)
		case r.tag == "*":
			fits = true
		case found:
			fits = true
			v.Ranked = append(v.Ranked, tag)
		default:
			strangers = append(strangers, r.tag)
		}
	}
	if !fits {
		if err := known.unknown(strangers...); err != nil {
			return wire.View{}, err
		}
	}
	// A text in another language is better than none, and one in a language that the
	// caller refuses comes last.
	for _, tag := range known {
		if !slices.Contains(refused, tag) {
			v.Ranked = append(v.Ranked, tag)
		}
	}
	return v, nil
}

// languageRange is an entry of Accept-Language, such as "de-CH;q=0.8".
type languageRange struct {
	tag    string
	weight float64 // 0 to 1; 0 refuses the language
}

// languageRangePattern is the form of a language range (RFC 4647, section 2.1).
var languageRangePattern = regexp.MustCompile(`^(\*|[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*)$`)

// parseLanguageRanges reads an Accept-Language header, heaviest first. The parser of
// x/text/language does not keep what the caller refuses, and fails on languages that are
// not registered.
func parseLanguageRanges(header string) ([]languageRange, error) {
	var list []languageRange
	for entry := range strings.SplitSeq(header, ",") {
		tag, parameter, weighted := strings.Cut(entry, ";")
		r := languageRange{strings.TrimSpace(tag), 1}
		if strings.TrimSpace(entry) == "" {
			continue
		}
		if !languageRangePattern.MatchString(r.tag) {
			return nil, fmt.Errorf("%q is not a language such as en or de-CH", access.Excerpt(r.tag, 40))
		}
		if weighted {
			text, isWeight := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(parameter, " ", "")), "q=")
			weight, err := strconv.ParseFloat(text, 64)
			if inRange := weight >= 0 && weight <= 1; !isWeight || err != nil || !inRange { // also not a number
				return nil, fmt.Errorf("%q must end with a weight from 0 to 1, as in %s;q=0.5", access.Excerpt(entry, 40), r.tag)
			}
			r.weight = weight
		}
		list = append(list, r)
	}
	slices.SortStableFunc(list, func(a, b languageRange) int { return cmp.Compare(b.weight, a.weight) })
	return list, nil
}

// legacyView returns how to show the old model to the request. Its documents are as old as
// the tenant and never change.
func (s *Server) legacyView(c *call) (wire.Legacy, error) {
	v, err := s.accepted(c)
	if err != nil {
		return wire.Legacy{}, err
	}
	t, err := s.store.Tenant(c.ctx, c.tenant)
	if err != nil {
		return wire.Legacy{}, fmt.Errorf("reading the tenant: %w", err)
	}
	return wire.Legacy{View: v, On: true, Made: t.CreatedAt}, nil
}

// controlView returns how to show access controls to the request.
func (s *Server) controlView(c *call) (wire.Legacy, error) {
	if s.noLegacy {
		v, err := s.accepted(c)
		return wire.Legacy{View: v}, err
	}
	expanded := strings.Split(c.query("expand"), ",")
	role, resource := slices.Contains(expanded, "role"), slices.Contains(expanded, "resource")
	var l wire.Legacy
	var err error
	if role || resource {
		l, err = s.legacyView(c)
	} else {
		l.View, err = s.accepted(c)
	}
	l.On, l.Role, l.Resource = true, role, resource
	l.RoleID, l.ResourceID = c.query("roleId"), c.query("resourceId")
	return l, err
}
