package review_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/review"
)

// asText returns a plan as Terraform writes it.
func asText(t *testing.T, plan any) string {
	t.Helper()
	text, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Input that is not a complete plan is refused with what it is.
func TestRead_refused(t *testing.T) {
	t.Parallel()
	whole := planOf(t, change("iam_user.a", "create", nil, m{"email": "a@acme.example", "first_name": "Ä"}, m{"id": true}))
	for plan, want := range map[string]string{
		"":                  "terraform show -json plan.out |",
		" \n ":              "terraform show -json plan.out |",
		"PK\x03\x04":        "a saved plan, not its JSON",
		"Terraform will do": `it begins with "T"`,
		"[]":                `it begins with "["`,
		"{":                 "is cut off after 1 bytes",
		whole + "{}":        "pass one plan",
		`{"hello": 1}`:      "it has hello, but no format_version",
		`{"@level":"info","@message":"Terraform 1.11.4","type":"version"}`: "it has @level, @message, type, but no format_version",
		`{"version": 4, "terraform_version": "1.11.4", "resources": []}`:   "it has version, terraform_version, resources, but no format_version",
		`{"format_version": "1.0", "values": {}}`:                          "this is a state, not a plan",
		`{"format_version": "1.0"}`:                                        "this is a state, not a plan",
		`{"format_version": "1.0", "terraform_version": "1.11.4"}`:         "this is a state, not a plan",
		`{"format_version": "1.0", "provider_schemas": {}, "other": {}}`:   "it has format_version, provider_schemas, other, but no resource_changes",
		`{"format_version": "one", "resource_changes": []}`:                `its format_version is "one"`,
		`{"format_version": "0.2", "resource_changes": []}`:                "older than the 1.0",
		`{"format_version": "1.3", "resource_changes": []}`:                "is 1.3, and this release understands 1.2: use a newer release",
		`{"format_version": "2.0", "resource_changes": {}}`:                "is 2.0, and this release understands 1.2",
		`{"format_version": "1.2", "resource_changes": {}}`:                "expected a list",
		`{"format_version": "1.2", "resource_changes": [1]}`:               "a change of the plan",
		`{"format_version": "1.2", "configuration": []}`:                   "the configuration in the plan",
	} {
		if _, err := review.Read(strings.NewReader(plan)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", plan, err)
		}
	}
	for end := range whole { // wherever it ends
		if _, err := review.Read(strings.NewReader(whole[:end])); err == nil || !strings.Contains(err.Error(), "cut off") && end > 0 {
			t.Errorf("cut off after %d bytes: %v", end, err)
		}
	}
	for _, plan := range []string{whole, "\ufeff " + whole + "\n", `{"format_version": "1.0", "configuration": {}}`, `{"format_version": "1.0", "prior_state": null, "variables": null, "resource_changes": null, "configuration": null}`} {
		if _, err := review.Read(strings.NewReader(plan)); err != nil {
			t.Errorf("%.20q: %v", plan, err)
		}
	}
}

// Content of a plan that this release does not know is always reported,
// wherever it is, unless it is empty.
func TestRead_strange(t *testing.T) {
	t.Parallel()
	object := func() m { return change("iam_user.a", "no-op", m{"id": "1"}, m{"id": "1"}, m{}) }
	action := func() m {
		return m{"address": "action.iam_lock_user.a", "type": "iam_lock_user", "config_values": m{"user_id": "1"}, "config_unknown": m{}, "lifecycle_action_trigger": m{"on_failure": "halt"}}
	}
	put := func(o m, path string, value any) m {
		names := strings.Split(path, ".")
		at := o
		for _, name := range names[:len(names)-1] {
			at = at[name].(m)
		}
		at[names[len(names)-1]] = value
		return o
	}
	for name, plan := range map[string]func(strange any) m{
		"the plan has spare, which":                             func(v any) m { return m{"spare": v} },
		"the configuration in the plan has spare, which":        func(v any) m { return m{"configuration": m{"root_module": m{}, "spare": v}} },
		"the root module of the configuration has spare, which": func(v any) m { return m{"configuration": m{"root_module": m{"spare": v}}} },
		"module x of the configuration has spare, which": func(v any) m {
			return m{"configuration": m{"root_module": m{"module_calls": m{"x": m{"module": m{"spare": v}}}}}}
		},
		"iam_user.a: the plan has spare here, which":              func(v any) m { return m{"resource_changes": []m{put(object(), "spare", v)}} },
		"iam_user.a: the plan has spare here, which ":             func(v any) m { return m{"resource_changes": []m{put(object(), "change.spare", v)}} },
		"action.iam_lock_user.a: the plan has spare here, which":  func(v any) m { return m{"action_invocations": []m{put(action(), "spare", v)}} },
		"action.iam_lock_user.a: the plan has spare here, which ": func(v any) m { return m{"action_invocations": []m{put(action(), "lifecycle_action_trigger.spare", v)}} },
		"action.iam_lock_user.a: the plan has spare here, which t": func(v any) m {
			return m{"action_invocations": []m{put(action(), "invoke_action_trigger", m{"spare": v})}}
		},
	} {
		for i, value := range []any{true, "x", 1, []any{m{"x": 1}}, m{"x": []any{"y"}}, false, "", 0, nil, []any{0, "", false}} {
			plan := plan(value)
			plan["format_version"], plan["planned_values"] = "1.2", m{"x": 1}
			if plan["resource_changes"] == nil {
				plan["resource_changes"] = []m{object()}
			}
			said := notes(ask(t, asText(t, plan), nil))
			empty := i >= 5
			if has := slices.ContainsFunc(said, func(text string) bool { return strings.Contains(text, name) }); has == empty {
				t.Errorf("%s, %v: %q", name, value, said)
			}
		}
	}
}

// notes returns a text for each unresolved change of a review.
func notes(r review.Result) []string {
	var texts []string
	for _, n := range r.Unresolved {
		text := n.Text
		if n.Address != "" {
			text = n.Address + ": " + text
		}
		texts = append(texts, text)
	}
	return texts
}

// Blocks of other providers can have arguments with the names of a plan's own
// members.
func TestRead_otherProviders(t *testing.T) {
	t.Parallel()
	plan := asText(t, m{
		"format_version": "1.2",
		"resource_changes": []m{
			{"address": "aws_iam_user.x", "type": "aws_iam_user", "mode": "managed", "spare": true, "change": m{"actions": []string{"explode"}}},
			{"address": "iam_user.x", "type": "iam_user", "mode": "managed", "provider_name": "example.org/other/cloud", "change": m{"actions": []string{"delete"}}},
		},
		"action_invocations": []m{{"address": "action.aws_x.y", "type": "aws_x", "spare": true}},
		"configuration": m{"root_module": m{"resources": []m{{
			"mode": "managed", "type": "k8s_x", "name": "x", "expressions": m{"block": m{"references": m{"constant_value": "x"}, "constant_value": m{"references": []string{"var.x"}}}},
		}}}},
	})
	if r := ask(t, plan, nil); len(r.Unresolved) > 0 || len(r.People) > 0 {
		t.Errorf("%+v", r)
	}
}

// An unknown change action, and an action of an unknown type.
func TestReview_unknownActions(t *testing.T) {
	t.Parallel()
	plan := planOf(t,
		change("iam_user.a", "update,create", m{"id": "1"}, m{"id": "1"}, m{}),
		change("iam_group.a", "no-op", m{"id": "1"}, m{"id": "1"}, m{}),
		change("iam_badge.a", "create", nil, m{}, m{}),
		change("iam_badge.b", "no-op", m{}, m{}, m{}),
		change("iam_badge.c", "forget", m{}, nil, m{}),
	)
	want := []string{
		`iam_user.a: this release does not understand the action "update,create" of the plan`,
		`iam_badge.a: this release does not know how the type iam_badge affects access`,
	}
	if got := notes(ask(t, plan, nil)); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// Modules are read at every depth.
func TestRead_strangeModules(t *testing.T) {
	t.Parallel()
	module := func(calls m) m { return m{"module": m{"spare": true, "module_calls": calls}} }
	plan := planOf(t)
	plan = strings.Replace(plan, "{", `{"configuration": `+asText(t, m{"root_module": m{"module_calls": m{"a": module(m{"d": module(nil)}), "b": module(nil), "c": module(nil)}}})+",", 1)
	said := notes(ask(t, plan, nil))
	slices.Sort(said)
	var want []string
	for _, name := range []string{"a", "b", "c", "d"} {
		want = append(want, "module "+name+" of the configuration has spare, which this release does not understand")
	}
	if !slices.Equal(said, want) {
		t.Errorf("got %q", said)
	}
}
