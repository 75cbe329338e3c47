package provider_test

import "testing"

// TestAccOrchestrationEngine applies the scenario: the default groups, and one of
// one's own that gives a role in Make.
func TestAccOrchestrationEngine(t *testing.T) {
	t.Parallel()
	w, _ := scenario(t, "orchestration-engine")
	w.Apply()
	w.NoChanges()
	both := []any{"integromat.app_developer", "integromat.scenario_edit"}
	wantOutputs(t, w, map[string]any{
		"digital_processes": map[string]any{
			"anna.schmidt": "edit", "ben.mueller": "edit", "clara.weber": "manage", "david.wagner": "edit", "emily.johnson": "read", "olivia.owner": "administrate",
		},
		"make_roles": map[string]any{
			"anna.schmidt": both, "ben.mueller": both, "clara.weber": both, "david.wagner": []any{"integromat.scenario_edit"},
			"emily.johnson": []any{"member"}, "olivia.owner": []any{"integromat.scenario_edit", "owner"},
		},
	})
	w.MustRun("destroy", "-auto-approve", "-no-color")
}

// TestAccMakeSync applies the scenario: a user who loses the role is stale, and
// is removed from Make once stale members are pruned.
func TestAccMakeSync(t *testing.T) {
	t.Parallel()
	w, _ := scenario(t, "make-sync")
	const anna, ben, clara = "anna.schmidt@acme.example", "ben.mueller@acme.example", "clara.weber@acme.example"
	step := func(want map[string]any, stale ...any) {
		t.Helper()
		w.Apply()
		w.NoChanges()
		wantOutputs(t, w, map[string]any{"make": want, "stale": append([]any{}, stale...)})
	}
	step(map[string]any{anna: "synced", ben: "synced"})
	w.Setenv("TF_VAR_builders", "anna.schmidt,clara.weber")
	step(map[string]any{anna: "synced", ben: "stale", clara: "synced"}, ben)
	w.Setenv("TF_VAR_prune_stale", "true")
	step(map[string]any{anna: "synced", clara: "synced"})
	w.Setenv("TF_VAR_builders", "clara.weber")
	step(map[string]any{clara: "synced"})
	w.MustRun("destroy", "-auto-approve", "-no-color")
}
