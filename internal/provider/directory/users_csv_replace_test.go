package directory_test

import (
	"reflect"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// withoutClara is staff without its last row.
const withoutClara = `email,first_name,last_name,department,locked,groups
anna@acme.example,Anna,Schmidt,Sales,,oe-viewer oe-editor
Ben@acme.example,Ben,"Müller",,,
`

// A table that is replaced, for whatever reason, leaves its users who they are.
// Somebody whose row goes in the same apply is not removed, and named.
func TestUsersCSVResource_replaced(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]providertest.Replacement{"tainted": {}, "forced": {Forced: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := providertest.Remote(t, servertest.Options{})
			p := providertest.New(t, b.Config)
			made := p.MustApply("iam_users_csv", state{}, csvOf(staff))
			before := staffOf(t, b.Client)
			made, left, d := p.Replace("iam_users_csv", made, csvOf(staff), how)
			if len(d) > 0 || left.Values != nil || made.Values["csv"] != staff || !reflect.DeepEqual(staffOf(t, b.Client), before) {
				t.Errorf("%v, left %v, made %v", d, left.Values, made.Values)
			}
			p.NextRun()
			noChange(t, p, "iam_users_csv", made, csvOf(staff))

			made, left, d = p.Replace("iam_users_csv", made, csvOf(withoutClara), how)
			if d.Failed() || !d.Has("warning: Users Kept In The Tenant", "  clara@acme.example\n") || d.Has("anna@") || left.Values != nil || made.Values["csv"] != withoutClara || len(made.Private) > 0 {
				t.Errorf("%v, left %v, made %v, private %s", d, left.Values, made.Values, made.Private)
			}
			if !reflect.DeepEqual(staffOf(t, b.Client), before) {
				t.Errorf("users are %v", staffOf(t, b.Client))
			}
			keeps := with(csvOf(withoutClara), values{"on_destroy": "keep"})
			made = p.MustApply("iam_users_csv", made, keeps)
			if _, _, d = p.Replace("iam_users_csv", made, with(csvOf("email,first_name,last_name\n"), values{"on_destroy": "keep"}), how); len(d) > 0 {
				t.Errorf("who is kept anyway: %v", d)
			}
		})
	}
}

// With create_before_destroy a table adopts its users before the old table is destroyed,
// and users in both are kept. The same holds with adopt_existing, which also adopts
// others.
func TestUsersCSVResource_createBeforeDestroy(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]providertest.Replacement{"tainted": {CreateFirst: true}, "forced": {Forced: true, CreateFirst: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := providertest.Remote(t, servertest.Options{})
			p := providertest.New(t, with(b.Config, values{"guardrails": values{"protect_users": []any{"anna@acme.example"}}}))
			made := p.MustApply("iam_users_csv", state{}, csvOf(staff))
			before := staffOf(t, b.Client)
			made, left, d := p.Replace("iam_users_csv", made, csvOf(staff), how)
			if d.Failed() || left.Values != nil || made.Values["csv"] != staff || !reflect.DeepEqual(staffOf(t, b.Client), before) {
				t.Errorf("%v, made %v, left %v", d, made.Values, left.Values)
			}
			adopts := with(csvOf(withoutClara), values{"adopt_existing": true})
			made, left, d = p.Replace("iam_users_csv", made, adopts, how)
			delete(before, "clara@acme.example")
			if d.Failed() || left.Values != nil || made.Values["csv"] != withoutClara || !reflect.DeepEqual(staffOf(t, b.Client), before) {
				t.Errorf("%v, left %v, made %v", d, left.Values, made.Values)
			}
			p.NextRun()
			noChange(t, p, "iam_users_csv", made, adopts)
		})
	}
}

// A destruction that failed is forgotten once the table is to stay after all.
func TestUsersCSVResource_replacedAfterFailedDestruction(t *testing.T) {
	t.Parallel()
	f, b := newBroken(t)
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_users_csv", state{}, csvOf(staff))
	f.set(staffOf(t, b.Client)["ben@acme.example"].ID)
	p.NextRun()
	left, d := p.Apply("iam_users_csv", made, nil)
	if !d.Has("Unable to delete users") {
		t.Fatal(d)
	}
	f.set()
	before := staffOf(t, b.Client)
	text, _ := left.Values["csv"].(string)
	if _, _, d := p.Replace("iam_users_csv", left, csvOf(text), providertest.Replacement{Forced: true}); d.Failed() || !reflect.DeepEqual(staffOf(t, b.Client), before) {
		t.Errorf("%v, users %v", d, staffOf(t, b.Client))
	}
	if len(before) != 1 {
		t.Errorf("before were %v", before)
	}
}

// A row that goes to another table while its own is replaced is left alone by
// the one and taken over by the other.
func TestUsersCSVResource_movesWhileReplaced(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_users_csv", state{}, csvOf(staff))
	before := staffOf(t, b.Client)
	other := with(csvOf("email,first_name,last_name\nclara@acme.example,Clara,Cole\n"), values{"adopt_existing": true})
	p.NextRun()
	p.Refresh("iam_users_csv", made)
	for _, config := range []values{csvOf(withoutClara), other} { // a tainted table is planned as a new one
		if _, _, d := p.Plan("iam_users_csv", state{}, config); d.Failed() {
			t.Error(d)
		}
	}
	if _, _, d := p.Replace("iam_users_csv", made, csvOf(withoutClara), providertest.Replacement{}); d.Failed() {
		t.Error(d)
	}
	p.MustApply("iam_users_csv", state{}, other)
	if !reflect.DeepEqual(staffOf(t, b.Client), before) {
		t.Errorf("users are %v", staffOf(t, b.Client))
	}
}

// A deposed object is planned beside the table that was to replace it, and
// nothing tells it from a table of its own: its users are not removed, and the
// error says how to go on.
func TestUsersCSVResource_deposed(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	config := with(csvOf(staff), values{"adopt_existing": true})
	made := p.MustApply("iam_users_csv", state{}, config)
	p.NextRun()
	for _, configs := range [][]values{{nil, config}, {config, nil}} {
		p.NextRun()
		_, _, first := p.Plan("iam_users_csv", made, configs[0])
		_, _, second := p.Plan("iam_users_csv", made, configs[1])
		if first.Failed() || !second.Has("User Destroyed And Managed", "deposed", "terraform state rm") {
			t.Errorf("%v, then %v", first, second)
		}
	}
}
