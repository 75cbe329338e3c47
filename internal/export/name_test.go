package export

import (
	"strings"
	"testing"
)

// Names become what people would type for them, with or without composed accents.
func TestSlug(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Order Managers":               "order_managers",
		"José Núñez":                   "jose_nunez",
		"Jose\u0301 Nu\u0301n\u0303ez": "jose_nunez",
		"Zoë Łukasz Đặng":              "zoe_lukasz_dang",
		"Müller & Öhm, Straße":         "mueller_oehm_strasse",
		"Mu\u0308ller":                 "mueller",
		"Søren Ærø":                    "soren_aero",
		"D’Angelo O'Brien":             "dangelo_obrien",
		"  --a--  ":                    "a",
		"DE 2026":                      "de_2026",
		"山田":                           "",
		"山田 Taro":                      "taro",
		strings.Repeat("ab ", 40):      strings.TrimSuffix(strings.Repeat("ab_", 22)[:64], "_"),
	} {
		if got := slug(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
