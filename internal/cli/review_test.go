package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/cli"
)

// reviewed runs review over a plan.
func reviewed(t *testing.T, plan string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	env := cli.Env{Stdin: strings.NewReader(plan), Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }}
	code = cli.Run(t.Context(), env, append([]string{"review"}, args...))
	return out.String(), errs.String(), code
}

// noPlan changes nothing; lossPlan ends the membership of the only user that its
// state knows, in the only group.
const (
	noPlan   = `{"format_version": "1.2", "resource_changes": []}`
	lossPlan = `{"format_version": "1.2",
		"prior_state": {"values": {"root_module": {"resources": [
			{"mode": "managed", "type": "iam_group", "values": {"id": "g", "name": {"en": "G"}, "user_type": "EMPLOYEE", "effective_access": {"orders": "read"}}},
			{"mode": "managed", "type": "iam_user", "values": {"id": "1", "email": "a@acme.example", "first_name": "A", "last_name": "B", "group_ids": ["g"]}}
		]}}},
		"resource_changes": [{"address": "iam_group_membership.a", "mode": "managed", "type": "iam_group_membership", "name": "a", "change": {
			"actions": ["delete"], "before": {"group_id": "g", "user_id": "1"}, "after": null, "after_unknown": {}
		}}]}`
	unclearPlan = `{"format_version": "1.2", "resource_changes": [{"address": "iam_group_membership.a", "mode": "managed", "type": "iam_group_membership", "name": "a", "change": {
			"actions": ["create"], "before": null, "after": {"group_id": "g"}, "after_unknown": {"user_id": true}
		}}]}`
)

// Exit code 2 means only that the review found what --fail-on names: a usage error
// or an unreadable plan is 1.
func TestReview_codes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		plan string
		args []string
		code int
		want string
	}{
		{noPlan, []string{"--offline"}, 0, ""},
		{noPlan, []string{"--offline", "-"}, 0, ""},
		{lossPlan, []string{"--offline"}, 0, ""},
		{lossPlan, []string{"--offline", "--fail-on", "admin, unrestricted"}, 0, ""},
		{lossPlan, []string{"--offline", "--fail-on", "admin,lost"}, 2, "review: FAIL lost: 1 user loses access: a@acme.example\n"},
		{noPlan, []string{"--offline", "--fail-on", "lost"}, 0, ""},
		{"", []string{"--offline"}, 1, "the plan is empty"},
		{noPlan, []string{"--offline", "testdata/nothing.json"}, 1, "nothing.json"},
		{noPlan, []string{"--offline", "a", "b"}, 1, "one file"},
		{noPlan, nil, 1, "--offline"},
		{noPlan, []string{"--offline", "--wat"}, 1, "unknown flag --wat"},
		{noPlan, []string{"--offline", "--format", "pdf"}, 1, "text, markdown, html, json, csv, sarif or junit"},
		{noPlan, []string{"--offline", "--fail-on", "lost,gained"}, 1, `unknown kind "gained": use lost, admin, unrestricted, unresolved`},
		{noPlan, []string{"--offline", "--fail-on", ""}, 1, `unknown kind "": use lost`},
		{noPlan, []string{"--offline", "--allow", "lost"}, 1, "only unresolved can be allowed"},
		{noPlan, []string{"--offline", "--fail-on", "unresolved", "--allow", "unresolved"}, 1, "contradict"},
		{noPlan, []string{"--offline", "--max-bytes", "-7"}, 1, "--max-bytes must be a number of bytes, not -7"},
		{noPlan, []string{"--offline", "--format", "csv", "--max-bytes", "7"}, 1, "csv is always complete"},
		{noPlan, []string{"--offline", "--max-bytes", "0", "--summary"}, 0, ""},
		{unclearPlan, []string{"--offline"}, 0, ""},
		{unclearPlan, []string{"--offline", "--fail-on", "admin"}, 2, "FAIL unresolved: 1 change is unresolved: iam_group_membership.a\n"},
		{unclearPlan, []string{"--offline", "--fail-on", "admin", "--allow", "unresolved"}, 0, ""},
		{unclearPlan, []string{"--offline", "--format", "csv"}, 0, "review: iam_group_membership.a: "},
		{lossPlan, []string{"--offline", "--format", "markdown", "--max-bytes", "20", "--fail-on", "lost"}, 2, "more than --max-bytes 20, because"},
		{noPlan, []string{"--embedded", made(t), "--tenant", "acme"}, 0, ""},
		{noPlan, []string{"--embedded", "testdata/nothing.db", "--tenant", "acme"}, 1, "nothing.db"},
	} {
		stdout, stderr, code := reviewed(t, c.plan, c.args...)
		if code != c.code || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: code %d, want %d: %s", c.args, code, c.code, stderr)
		}
		if (code == 1) != (stdout == "") {
			t.Errorf("%v: code %d, and %q", c.args, code, stdout)
		}
	}
}

func TestReview_schema(t *testing.T) {
	t.Parallel()
	var schema struct {
		Properties map[string]any `json:"properties"`
	}
	stdout, stderr, code := reviewed(t, "", "--schema")
	if err := json.Unmarshal([]byte(stdout), &schema); err != nil || code != 0 || stderr != "" || schema.Properties["format_version"] == nil {
		t.Errorf("code %d, %v: %s%s", code, err, stdout, stderr)
	}
}

// Somebody can accept what a plan does: this plan, and on record.
func TestReview_accept(t *testing.T) {
	t.Parallel()
	var first struct {
		Plan string `json:"plan"`
	}
	stdout, _, _ := reviewed(t, lossPlan, "--offline", "--format", "json")
	if err := json.Unmarshal([]byte(stdout), &first); err != nil {
		t.Fatal(err)
	}
	accept := func(plan, reason string) string {
		t.Helper()
		path := filepath.Join(t.TempDir(), "accepted.json")
		text, _ := json.Marshal(map[string]string{"plan": plan, "person": "Jo", "reason": reason, "date": "2026-11-30"})
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	args := []string{"--offline", "--fail-on", "lost", "--accept"}
	stdout, stderr, code := reviewed(t, lossPlan, append(args, accept(first.Plan, "a\nPASS"))...)
	if want := "ACCEPTED lost: 1 user loses access: a@acme.example\nAccepted by Jo on 2026-11-30: a\\u{a}PASS\n"; code != 0 || !strings.HasPrefix(stdout, want) || !strings.Contains(stderr, "review: ACCEPTED lost: ") {
		t.Errorf("code %d: %s%s", code, stdout, stderr)
	}
	stdout, stderr, code = reviewed(t, lossPlan, append(args, accept("sha256:1", "meant"))...)
	if want := "FAIL lost: 1 user loses access: a@acme.example\nThe acceptance is for another plan: sha256:1\n"; code != 2 || !strings.HasPrefix(stdout, want) ||
		!strings.Contains(stderr, "another plan") || !strings.Contains(stdout, "Plan fingerprint: "+first.Plan+". If this is intended, ") {
		t.Errorf("code %d: %s%s", code, stdout, stderr)
	}
	if stdout, _, code := reviewed(t, noPlan, append(args, accept("sha256:1", "meant"))...); code != 0 || !strings.HasPrefix(stdout, "PASS ") || strings.Contains(stdout, "another plan") {
		t.Errorf("code %d: %s", code, stdout)
	}
	if _, stderr, code := reviewed(t, lossPlan, append(args, accept(first.Plan, ""))...); code != 1 || !strings.Contains(stderr, `accepted.json: "reason" is missing`) {
		t.Errorf("code %d: %s", code, stderr)
	}
	if _, _, code := reviewed(t, lossPlan, append(args, "testdata/nothing.json")...); code != 1 {
		t.Errorf("code %d without the file", code)
	}
	errored := strings.Replace(lossPlan, "{", `{"errored": true, `, 1)
	if stdout, _, code := reviewed(t, errored, append(args, accept(first.Plan, "meant"))...); code != 2 || !strings.Contains(stdout, "A plan with errors cannot be accepted.") {
		t.Errorf("code %d: %s", code, stdout)
	}
}

// What Terraform said of a plan that it refused is part of the review, also where
// there is no plan at all.
func TestReview_errors(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plan.err")
	if err := os.WriteFile(path, []byte("\nError: Too Many\n\x1b[31mno\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for plan, want := range map[string]string{"": "FAIL unresolved: the plan failed and is incomplete", lossPlan: "FAIL lost, unresolved: 1 user loses access: a@acme.example; the plan failed"} {
		stdout, _, code := reviewed(t, plan, "--offline", "--fail-on", "lost", "--allow", "unresolved", "--errors", path)
		if code != 2 || !strings.HasPrefix(stdout, want) || !strings.Contains(stdout, "\n\nTerraform refused the plan\n  Error: Too Many\n  \\u{1b}[31mno\n") {
			t.Errorf("code %d: %s", code, stdout)
		}
	}
	empty := filepath.Join(t.TempDir(), "plan.err")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if stdout, _, code := reviewed(t, noPlan, "--offline", "--fail-on", "lost", "--errors", empty); code != 0 || strings.Contains(stdout, "refused") {
		t.Errorf("code %d: %s", code, stdout)
	}
	if _, _, code := reviewed(t, "", "--offline", "--errors", empty); code != 1 {
		t.Errorf("code %d without a plan and without errors", code)
	}
}

// A name is no line, on standard error neither.
func TestReview_namesInErrors(t *testing.T) {
	t.Parallel()
	_, stderr, code := reviewed(t, `{"format_version": "1\n\u001b[2Jreview: PASS"}`, "--offline")
	if code != 1 || strings.Count(stderr, "\n") != 1 || strings.Contains(stderr, "\x1b") {
		t.Errorf("code %d: %q", code, stderr)
	}
	hostile := strings.Replace(lossPlan, "a@acme.example", `a\nreview: PASS\u001b[2J`, 1)
	if _, stderr, code := reviewed(t, hostile, "--offline", "--fail-on", "lost"); code != 2 || stderr != `review: FAIL lost: 1 user loses access: a\u{a}review: PASS\u{1b}[2J`+"\n" {
		t.Errorf("code %d: %q", code, stderr)
	}
	if _, stderr, code := reviewed(t, noPlan, "--offline", "--accept", "no\nreview: PASS"); code != 1 || strings.Count(stderr, "\n") != 1 {
		t.Errorf("code %d: %q", code, stderr)
	}
}
