package review

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// Plan is what "terraform show -json" prints of a saved plan, as far as a review
// looks at it.
type Plan struct {
	digest []byte // of what it does

	FormatVersion   string           `json:"format_version"`
	Errored         bool             `json:"errored"`
	ResourceChanges []resourceChange `json:"resource_changes"`
	DeferredChanges []struct {
		Reason         string         `json:"reason"`
		ResourceChange resourceChange `json:"resource_change"`
	} `json:"deferred_changes"`
	PriorState struct {
		Values struct {
			RootModule stateModule `json:"root_module"`
		} `json:"values"`
	} `json:"prior_state"`
	Configuration struct {
		RootModule configModule `json:"root_module"`
	} `json:"configuration"`
}

// resourceChange is what a plan does with one instance of a resource.
type resourceChange struct {
	Address       string `json:"address"`
	ModuleAddress string `json:"module_address"`
	Mode          string `json:"mode"`
	Type          string `json:"type"`
	Name          string `json:"name"`
	Index         any    `json:"index"` // a text, a number, or nothing
	Change        struct {
		Actions      []string `json:"actions"`
		Before       values   `json:"before"`
		After        values   `json:"after"`
		AfterUnknown any      `json:"after_unknown"`
	} `json:"change"`
}

// does reports whether the action is among those planned; a replacement is a
// deletion and a creation.
func (c resourceChange) does(actions ...string) bool {
	return slices.ContainsFunc(c.Change.Actions, func(a string) bool { return slices.Contains(actions, a) })
}

// unknown reports whether the attribute, or a part of it, is not known before
// the apply.
func (c resourceChange) unknown(attribute string) bool {
	return hasTrue(c.unknownPart(attribute))
}

func (c resourceChange) unknownPart(attribute string) any {
	members, _ := c.Change.AfterUnknown.(map[string]any)
	return members[attribute]
}

func hasTrue(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case []any:
		return slices.ContainsFunc(v, hasTrue)
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(v)), hasTrue)
	}
	return false
}

// values are the attributes of a resource.
type values map[string]any

// text is the attribute as a text; empty where it is null or unknown.
func (v values) text(attribute string) string {
	text, _ := v[attribute].(string)
	return text
}

// texts is the attribute as a list of texts, without those that are unknown.
func (v values) texts(attribute string) []string {
	list, _ := v[attribute].([]any)
	var result []string
	for _, e := range list {
		if text, ok := e.(string); ok {
			result = append(result, text)
		}
	}
	return result
}

// textMap is the attribute as a map of texts, without those that are unknown.
func (v values) textMap(attribute string) map[string]string {
	m, _ := v[attribute].(map[string]any)
	result := make(map[string]string, len(m))
	for key, e := range m {
		if text, ok := e.(string); ok {
			result[key] = text
		}
	}
	return result
}

// levels is the attribute as an access.
func (v values) levels(attribute string) access.Access {
	return access.FromMap(levelsOf(v.textMap(attribute)))
}

// levelsOf reads names of levels.
func levelsOf(names map[string]string) map[string]access.Level {
	levels := make(map[string]access.Level, len(names))
	for entity, name := range names {
		if level, err := access.ParseLevel(name); err == nil {
			levels[entity] = level
		}
	}
	return levels
}

// name is the attribute name: in English where it has that, else in the first
// language.
func (v values) name() string {
	names := v.textMap("name")
	if name := names["en"]; name != "" || len(names) == 0 {
		return name
	}
	return names[slices.Min(slices.Collect(maps.Keys(names)))]
}

// stateModule is a module of the state that the plan started from.
type stateModule struct {
	Resources []struct {
		Mode   string `json:"mode"`
		Type   string `json:"type"`
		Values values `json:"values"`
	} `json:"resources"`
	ChildModules []stateModule `json:"child_modules"`
}

// Read reads the plan and refuses what is none.
func Read(r io.Reader) (*Plan, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("reading the plan: %w", err)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // as some shells write it
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return nil, errors.New("the plan is empty: run \"terraform show -json plan.out | terraform-provider-iam review\"")
	case bytes.HasPrefix(text, []byte("PK")):
		return nil, errors.New("this is a saved plan, not its JSON: run \"terraform show -json\" on it and give what that prints")
	}
	var p Plan
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("reading the plan as \"terraform show -json\" prints it: %w", err)
	}
	if major, _, _ := strings.Cut(p.FormatVersion, "."); major != "1" {
		return nil, fmt.Errorf("this is no plan as \"terraform show -json\" prints it: its format_version is %q, not 1", p.FormatVersion)
	}
	if p.ResourceChanges == nil && p.DeferredChanges == nil && p.Configuration.RootModule.empty() {
		return nil, errors.New("this is a state and no plan: run \"terraform plan -out plan.out\", then \"terraform show -json plan.out\"")
	}
	if p.digest, err = digest(text); err != nil {
		return nil, fmt.Errorf("reading the plan: %w", err)
	}
	return &p, nil
}
