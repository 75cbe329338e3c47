package cli_test

import (
	"bytes"
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
)

// Code 2 says that the review found what it was told to fail on, and nothing
// else: whatever is wrong with the call or the plan is 1.
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
		{noPlan, []string{"--offline", "--wat"}, 1, "flag provided but not defined"},
		{noPlan, []string{"--offline", "--format", "pdf"}, 1, "text, markdown, json, csv, sarif or junit"},
		{noPlan, []string{"--offline", "--fail-on", "lost,gained"}, 1, `"gained" is none of lost, admin, unrestricted, unresolved`},
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
