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

// tenantCodes are the codes that the tenant knows, each list read once per run.
// A list that cannot be read is nil, and nothing is missing from it: where it
// matters, the apply says what is wrong.
type tenantCodes struct {
	mu   sync.Mutex
	read map[string][]string // by what the codes are of
}

// get returns the codes of a kind. Read must not use them.
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

// CheckText refuses languages of a localized text that the tenant does not have.
// Those of the prior text pass: the tenant has the text.
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

// LanguageMissing says, as a sentence, that the tenant does not have a language;
// "" when it does, or when nobody can tell.
func (d *Data) LanguageMissing(ctx context.Context, tag string) string {
	if d == nil || d.Client == nil {
		return ""
	}
	languages := d.codes.get("languages", func() ([]string, error) {
		text, item, err := Setting[string](ctx, d.Client, api.SettingLanguages)
		if err != nil || item == nil {
			return nil, err
		}
		var options []api.SettingOption
		if err := json.Unmarshal([]byte(text), &options); err != nil {
			return nil, err
		}
		languages := make([]string, len(options))
		for i, o := range options {
			languages[i] = o.ID
		}
		return languages, nil
	})
	if len(languages) == 0 || slices.Contains(languages, tag) {
		return ""
	}
	return fmt.Sprintf("The tenant does not have the language %q, but %s. Use one of them, or add the language to the settings of the tenant first.", tag, strings.Join(languages, ", "))
}

// SiteMissing says, as a sentence, that the tenant has no such site and that the
// plan has made none so far; "" when there is one, or when nobody can tell.
func (d *Data) SiteMissing(ctx context.Context, code string) string {
	if d == nil || d.Client == nil {
		return ""
	}
	if _, planned := d.Planned(PlanSite, code); planned {
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

// PlanGroup is a group that will be there, by id, for Plan.
const PlanGroup = "group"

// MissingGroups returns those of the ids that are no groups of the tenant, nor of
// the plan so far. A group that is planned later, and not referred to, is among
// them.
func (d *Data) MissingGroups(ctx context.Context, ids []string) []string {
	if d == nil || d.Client == nil || len(ids) == 0 {
		return nil
	}
	present := d.codes.get("groups", func() ([]string, error) {
		groups, err := d.Client.Groups(ctx)
		ids := make([]string, len(groups))
		for i, g := range groups {
			ids[i] = g.ID
		}
		slices.Sort(ids)
		return ids, err
	})
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		_, planned := d.Planned(PlanGroup, id)
		_, found := slices.BinarySearch(present, id)
		return planned || found || len(present) == 0
	})
}

// WarnMissingGroups names groups that a resource refers to and that are not there: a
// mistake, or groups that the same plan creates later.
func (d *Data) WarnMissingGroups(ctx context.Context, at path.Path, ids []string) (diags diag.Diagnostics) {
	missing := d.MissingGroups(ctx, ids)
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	diags.AddAttributeWarning(at, fmt.Sprintf("Group Not Found: %s", strings.Join(slices.Compact(missing), ", ")), noSuchGroups)
	return diags
}

const noSuchGroups = "The tenant has no such group, and this plan has created none so far. If the id is wrong, the apply fails: the data source iam_groups lists the ids. If this configuration creates the group, refer to it, as in iam_group.name.id, or use depends_on, so that it is created first."
