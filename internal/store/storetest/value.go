package storetest

import (
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var valueClauses = []clause{
	{"nil and empty lists and maps are the same, and come back as nil", proveNilAndEmpty},
	{"a record of an id alone comes back as one", proveBareRecords},
	{"each flag has a place of its own", proveFlags},
	{"lists keep their order and what they repeat", proveListOrder},
	{"text is kept as it is", proveText},
	{"times keep their millisecond, in whatever zone they were given", proveTimes},
	{"a time that is not set comes back so", proveNoTime},
}

func proveNilAndEmpty(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)

	g := newGroup(tenant, "g")
	g.Name, g.Description = map[string]string{}, map[string]string{}
	g.AccessControls, g.Templates, g.Restrictions = []string{}, []string{}, []string{}
	ok(t, s.CreateGroup(ctx, g))
	g.Name, g.Description, g.AccessControls, g.Templates, g.Restrictions = nil, nil, nil, nil, nil
	gotGroup, err := s.Group(ctx, tenant, "g")
	ok(t, err)
	wantSame(t, gotGroup, g)

	c := newAccessControl(tenant, "c")
	c.Name, c.Domains, c.Scopes = map[string]string{}, []string{}, []string{}
	ok(t, s.CreateAccessControl(ctx, c))
	c.Name, c.Domains, c.Scopes = nil, nil, nil
	gotControl, err := s.AccessControl(ctx, tenant, "c")
	ok(t, err)
	wantSame(t, gotControl, c)

	r := newTemplate(tenant, "r")
	r.Name, r.Description, r.AccessControls, r.Access = map[string]string{}, map[string]string{}, []string{}, map[string]string{}
	ok(t, s.CreateTemplate(ctx, r))
	r.Name, r.Description, r.AccessControls, r.Access = nil, nil, nil, nil
	gotTemplate, err := s.Template(ctx, tenant, "r")
	ok(t, err)
	wantSame(t, gotTemplate, r)

	p := newClient(tenant, "p")
	p.Scopes = []string{}
	ok(t, s.CreateClient(ctx, p))
	p.Scopes = nil
	gotClient, err := s.Client(ctx, "p")
	ok(t, err)
	wantSame(t, gotClient, p)
}

func proveBareRecords(t *testing.T, s store.Store) {
	ctx := t.Context()
	ok(t, s.CreateTenant(ctx, store.Tenant{Name: "bare"}))
	gotTenant, err := s.Tenant(ctx, "bare")
	ok(t, err)
	wantSame(t, gotTenant, store.Tenant{Name: "bare"})

	ok(t, s.CreateUser(ctx, store.User{Tenant: "bare", ID: "u"}))
	gotUser, err := s.User(ctx, "bare", "u")
	ok(t, err)
	wantSame(t, gotUser, store.User{Tenant: "bare", ID: "u"})

	ok(t, s.CreateGroup(ctx, store.Group{Tenant: "bare", ID: "g"}))
	gotGroup, err := s.Group(ctx, "bare", "g")
	ok(t, err)
	wantSame(t, gotGroup, store.Group{Tenant: "bare", ID: "g", Version: 1})

	ok(t, s.CreateAccessControl(ctx, store.AccessControl{Tenant: "bare", ID: "c"}))
	gotControl, err := s.AccessControl(ctx, "bare", "c")
	ok(t, err)
	wantSame(t, gotControl, store.AccessControl{Tenant: "bare", ID: "c", Version: 1})

	ok(t, s.CreateTemplate(ctx, store.Template{Tenant: "bare", ID: "r"}))
	gotTemplate, err := s.Template(ctx, "bare", "r")
	ok(t, err)
	wantSame(t, gotTemplate, store.Template{Tenant: "bare", ID: "r", Version: 1})
}

// proveFlags sets one flag at a time: with all set, two swapped flags would go
// unnoticed.
func proveFlags(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	for id, set := range map[string]func(c *store.AccessControl){
		"restriction aware": func(c *store.AccessControl) { c.RestrictionAware = true },
		"vendor aware":      func(c *store.AccessControl) { c.VendorAware = true },
		"predefined":        func(c *store.AccessControl) { c.Predefined = true },
		"none":              func(*store.AccessControl) {},
	} {
		want := newAccessControl(tenant, id)
		want.RestrictionAware, want.VendorAware, want.Predefined = false, false, false
		set(&want)
		ok(t, s.CreateAccessControl(ctx, want))
		got, err := s.AccessControl(ctx, tenant, id)
		ok(t, err)
		wantSame(t, got, want)
	}
}

func proveListOrder(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	want := newGroup(tenant, "g")
	want.Restrictions = []string{"b", "a", "", "c", "a", "B"}
	ok(t, s.CreateGroup(ctx, want))
	got, err := s.Group(ctx, tenant, "g")
	ok(t, err)
	wantSame(t, got, want)
}

func proveText(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	const text = "Łódź ä a\u0308 İ ß 日本語 😀 <&> 'q' \"q\" \\ % _ \t\r\n $1 ? trailing "
	u := newUser(tenant, "u")
	u.FirstName, u.Department = text, text
	ok(t, s.CreateUser(ctx, u))
	gotUser, err := s.User(ctx, tenant, "u")
	ok(t, err)
	wantSame(t, gotUser, u)

	g := newGroup(tenant, "g")
	g.Name = map[string]string{text: text, "": ""}
	g.Templates = []string{text}
	g.Mixins = `{ "b": 1.0, "a" : 12345678901234567890, "b": "<\u00e4>" }`
	ok(t, s.CreateGroup(ctx, g))
	gotGroup, err := s.Group(ctx, tenant, "g")
	ok(t, err)
	wantSame(t, gotGroup, g)
}

func proveTimes(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	odd := time.FixedZone("odd", 5*60*60+45*60+7)
	for id, at := range map[string]time.Time{
		"fixture":     day,
		"odd zone":    day.In(odd),
		"finer":       day.Add(999_999 * time.Nanosecond),
		"before 1970": time.Date(1901, 2, 3, 4, 5, 6, 7e6, odd),
		"far ahead":   time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC),
	} {
		u := newUser(tenant, id)
		u.CreatedAt, u.LastLogin = at, at.Add(time.Hour)
		ok(t, s.CreateUser(ctx, u))
		got, err := s.User(ctx, tenant, id)
		ok(t, err)
		wantSame(t, got.CreatedAt, at.UTC().Truncate(time.Millisecond))
		wantSame(t, got.LastLogin, at.UTC().Truncate(time.Millisecond).Add(time.Hour))
	}
}

func proveNoTime(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	u := newUser(tenant, "u")
	u.LastLogin = time.Time{}
	ok(t, s.CreateUser(ctx, u))
	got, err := s.User(ctx, tenant, "u")
	ok(t, err)
	wantSame(t, got, u)

	ok(t, s.UpdateUser(ctx, tenant, "u", func(u *store.User) error {
		u.LastLogin = later(11)
		return nil
	}))
	ok(t, s.UpdateUser(ctx, tenant, "u", func(u *store.User) error {
		wantSame(t, u.LastLogin, later(11))
		u.LastLogin = time.Time{}
		return nil
	}))
	got, err = s.User(ctx, tenant, "u")
	ok(t, err)
	wantSame(t, got, u)
}
