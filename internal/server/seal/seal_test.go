package seal

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// text of a key that has the byte n everywhere.
func keyText(n byte) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string(rune(n)), KeyBytes)))
}

func parse(t *testing.T, text string) *Keys {
	t.Helper()
	keys, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

var home = Place{Tenant: "acme", Kind: "make", ID: "1"}

func TestKeys(t *testing.T) {
	t.Parallel()
	one, both, turned, two := parse(t, keyText(1)), parse(t, keyText(1)+"\n"+keyText(2)), parse(t, keyText(2)+" "+keyText(1)), parse(t, "# mine\n\n"+keyText(2)+" # since May\n")
	sealed := one.Seal(home, "secret")
	if strings.Contains(sealed, "secret") || sealed == one.Seal(home, "secret") {
		t.Errorf("sealed as %s", sealed)
	}
	if IDOf(sealed) != one.ID() || IDOf(turned.Seal(home, "")) != two.ID() || both.ID() != one.ID() || one.ID() == two.ID() {
		t.Errorf("got the ids %s of %s and %s, %s", IDOf(sealed), one.ID(), both.ID(), two.ID())
	}
	for _, c := range []struct {
		name string
		keys *Keys
		at   Place
		text string
		want error
	}{
		{"the same key", one, home, sealed, nil},
		{"the first of two", both, home, sealed, nil},
		{"the second of two", turned, home, sealed, nil},
		{"another key", two, home, sealed, ErrWrongKey},
		{"another key under the name of this one", two, home, strings.Replace(sealed, one.ID(), two.ID(), 1), ErrChanged},
		{"no key", nil, home, sealed, ErrNoKey},
		{"another tenant", one, Place{"other", "make", "1"}, sealed, ErrChanged},
		{"another kind", one, Place{"acme", "signing-key", "1"}, sealed, ErrChanged},
		{"another id", one, Place{"acme", "make", "2"}, sealed, ErrChanged},
		{"the same place cut otherwise", one, Place{"acm", "emake", "1"}, sealed, ErrChanged},
		{"cut", one, home, sealed[:len(sealed)-4], ErrChanged},
		{"longer", one, home, sealed + "AAAA", ErrChanged},
		{"no content", one, home, form + one.ID() + "$", ErrChanged},
		{"no base64", one, home, sealed + "!", ErrChanged},
	} {
		text, err := c.keys.Open(c.at, c.text)
		if !errors.Is(err, c.want) || (err == nil) != (text == "secret") {
			t.Errorf("%s: got %q, %v", c.name, text, err)
		}
	}
}

// Without keys texts stay as they are, and with keys those that were stored before
// are read.
func TestKeys_plain(t *testing.T) {
	t.Parallel()
	var none *Keys
	if text := none.Seal(home, "secret"); text != "secret" || none.ID() != "" {
		t.Errorf("sealed as %s under %q", text, none.ID())
	}
	for _, keys := range []*Keys{none, parse(t, keyText(1))} {
		if text, err := keys.Open(home, "secret"); text != "secret" || err != nil {
			t.Errorf("got %q, %v", text, err)
		}
	}
}

func TestParse_refused(t *testing.T) {
	t.Parallel()
	short := base64.StdEncoding.EncodeToString([]byte("sixteen bytes...")) // as of openssl rand -base64 16
	for text, want := range map[string]string{
		"":                     "there is no key: make one with openssl rand -base64 32",
		"# nothing\n":          "there is no key",
		keyText(1) + "\nword!": "line 2: a key is base64: make a key with openssl rand -base64 32",
		short:                  "line 1: a key has 32 bytes, and this one has 16",
		keyText(1)[4:]:         "a key has 32 bytes, and this one has 29",
	} {
		_, err := Parse(text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "word!") || strings.Contains(err.Error(), short) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(path, []byte(keyText(1)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[os.FileMode]string{
		0o600: "", 0o400: "", 0o700: "",
		0o640: "has mode 0640, so other users can access it: chmod 600 " + path,
		0o604: "has mode 0604", 0o620: "has mode 0620", 0o601: "has mode 0601",
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		keys, err := ReadFile(path)
		if want == "" && (err != nil || keys.ID() != parse(t, keyText(1)).ID()) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%#o: got %v, want %q", mode, err, want)
		}
	}
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte("short"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(path); err == nil || !strings.HasPrefix(err.Error(), path+": line 1: ") {
		t.Errorf("got %v", err)
	}
	if _, err := ReadFile(path + "-none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
