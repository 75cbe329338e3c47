package api_test

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

func TestValidID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"orders-de": true, "A.b_C": true, "...": true, strings.Repeat("x", 66): true,
		"": false, ".": false, "..": false, "a/b": false, "ä": false, "a b": false, strings.Repeat("x", 67): false, "a\n": false,
	} {
		if got := api.ValidID(id); got != want {
			t.Errorf("%q: got %t", id, got)
		}
	}
}

func TestValidScope(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"iam.user_read": true, "Custom-1.A_b": true, "...": true, strings.Repeat("x", 255): true,
		"": false, ".": false, "..": false, "a/b": false, "ä": false, "a b": false, "a#b": false, "tenant=acme": false, "a\n": false, strings.Repeat("x", 256): false,
	} {
		if got := api.ValidScope(id); got != want {
			t.Errorf("%q: got %t", id, got)
		}
	}
}

func TestAddressable(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{"main": true, "a/b": true, "//": true, "ä b": true, "...": true, "": false, ".": false, "..": false, "/": false} {
		if got := api.Addressable(id); got != want {
			t.Errorf("%q: got %t", id, got)
		}
	}
}

func TestValidVendorID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"VND001": true, "a_b-C": true, "-": true, "Search": true, strings.Repeat("x", 66): true,
		"": false, "a.b": false, "a/b": false, "ä": false, "a b": false, strings.Repeat("x", 67): false, "a\n": false, "search": false,
	} {
		if got := api.ValidVendorID(id); got != want {
			t.Errorf("%q: got %t", id, got)
		}
		if got := api.ValidLocationID(id); got != want && id != "search" {
			t.Errorf("location %q: got %t", id, got)
		}
	}
}

func TestValidSiteCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{
		"main": true, "uk-store": true, "a/b": true, "ä": true, "DE": true, "a--b": true,
		"": false, "..": false, "two words": false, "a#b": false, "a\tb": false, "a\u00a0b": false, "a\n": false,
	} {
		if got := api.ValidSiteCode(code); got != want {
			t.Errorf("%q: got %t", code, got)
		}
	}
}

func TestValidTenant(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"acme": true, "a12": true, strings.Repeat("a", 16): true,
		"": false, "ab": false, "1ab": false, "Acme": false, "my-shop": false, strings.Repeat("a", 17): false, "acme\n": false,
	} {
		if got := api.ValidTenant(name); got != want {
			t.Errorf("%q: got %t", name, got)
		}
	}
}

func TestValidEmail(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"anna.schmidt@acme.example": true, "Anna@acme.example": true,
		"": false, "anna": false, "Anna <anna@acme.example>": false, "<anna@acme.example>": false, "a b@acme.example": false, " a@acme.example": false,
	} {
		if got := api.ValidEmail(text); got != want {
			t.Errorf("%q: got %t", text, got)
		}
	}
}
