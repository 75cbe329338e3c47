package plumbing

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// tenantCodes caches the codes that the tenant has. Each list is read once per run. A
// list that cannot be read is nil, and no code counts as missing from it: the apply
// reports the problem.
type tenantCodes struct {
	mu   sync.Mutex
	read map[string][]string // by kind of code
}

// get returns the codes of a kind. read must not call get.
func (t *tenantCodes) get(kind string, read func() ([]string, error)) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if codes, ok := t.read[kind]; ok {
		return codes
	}
	codes, err := read()
	if err != nil {
		codes = nil
	}
	if t.read == nil {
		t.read = map[string][]string{}
	}
	t.read[kind] = codes
	return codes
}

// CheckText refuses languages of a localized text that the tenant does not have. It
// accepts the languages of the prior text, which the tenant has already.
func (d *Data) CheckText(ctx context.Context, at path.Path, text, prior types.Map) (diags diag.Diagnostics) {
	for _, tag := range SortedKeys(text.Elements()) {
		if _, had := prior.Elements()[tag]; had {
			continue
		}
		if fault := d.LanguageMissing(ctx, tag); fault != "" {
			diags.AddAttributeError(at.AtMapKey(tag), "Unknown Language", fault)
		}
	}
	return diags
}

// LanguageMissing returns a sentence if the tenant does not have a language, and "" if
// it does or if that is unknown.
func (d *Data) LanguageMissing(ctx context.Context, tag string) string {
	if d == nil || d.Client == nil {
		return ""
	}
	languages := d.codes.get("languages", func() ([]string, error) { return d.languages(ctx, func(api.SettingOption) bool { return true }) })
	if len(languages) == 0 || slices.Contains(languages, tag) {
		return ""
	}
	return fmt.Sprintf("The tenant does not have the language %q; it has %s. Use one of these, or add the language in the tenant's settings first.", tag, strings.Join(languages, ", "))
}

// DefaultLanguage returns the tenant's default language, and "" if that is unknown.
func (d *Data) DefaultLanguage(ctx context.Context) string {
	languages := d.codes.get("default language", func() ([]string, error) { return d.languages(ctx, func(o api.SettingOption) bool { return o.Default }) })
	if len(languages) == 0 {
		return ""
	}
	return languages[0]
}

// languages reads the tenant's languages that chosen accepts.
func (d *Data) languages(ctx context.Context, chosen func(api.SettingOption) bool) (languages []string, err error) {
	text, item, err := Setting[string](ctx, d.Client, api.SettingLanguages)
	if err != nil || item == nil {
		return nil, err
	}
	var options []api.SettingOption
	if err := json.Unmarshal([]byte(text), &options); err != nil {
		return nil, err
	}
	for _, o := range options {
		if chosen(o) {
			languages = append(languages, o.ID)
		}
	}
	return languages, nil
}

// SiteMissing returns a sentence if neither the tenant nor the plan so far has a site,
// and "" if one does or if that is unknown.
func (d *Data) SiteMissing(ctx context.Context, code string) string {
	if d == nil || d.Client == nil {
		return ""
	}
	if d.IsPlanned(Object{KindSite, code}) {
		return ""
	}
	sites := d.codes.get("sites", func() ([]string, error) {
		codes, whole, err := SiteCodes(ctx, d.Client)
		if !whole {
			return nil, err // it may be an inactive one
		}
		return codes, err
	})
	if len(sites) == 0 || slices.Contains(sites, code) {
		return ""
	}
	return fmt.Sprintf("The tenant has no site with the code %q%s If this configuration creates it, refer to it, as in iam_site.name.code, or use depends_on: then the site is planned first.", code, didYouMean(code, sites))
}
