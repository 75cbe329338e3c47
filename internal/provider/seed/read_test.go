package seed_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/seed"
)

// folder makes a folder of files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// What a seed cannot have is refused where it stands.
func TestRead_refused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a = 1":                      `main.tf:1: a seed can contain only blocks, and a is an argument`,
		"\nvariable \"a\" {}\n":      `main.tf:2: a seed can contain only resource blocks, and this is a "variable" block`,
		"data \"iam_user\" \"a\" {}": `main.tf:1: a seed can contain only resource blocks, and this is a "data" block`,
		"locals {}":                  `main.tf:1: a seed can contain only resource blocks, and this is a "locals" block`,
		"module \"a\" {}":            `main.tf:1: a seed can contain only resource blocks, and this is a "module" block`,
		"provider \"iam\" {\n tenant = \"x\"\n max_retries = 1\n}": `main.tf:3: a seed cannot set max_retries of the provider`,
		"provider \"iam\" {\n guardrails {\n }\n}":                 `main.tf:2: a seed cannot set guardrails of the provider`,
		"resource \"a\" {}": `main.tf:1: a resource needs a type and a name`,
		"resource \"a\" \"b\" {}\nresource \"a\" \"b\" {}":          `main.tf:2: a.b already exists in `,
		"resource \"a\" \"b\" {\n lifecycle {}\n}":                  `main.tf:2: a resource of a seed cannot contain a "lifecycle" block`,
		"resource \"a\" \"b\" {\n count = 2\n}":                     `main.tf:2: a resource of a seed cannot use count`,
		"resource \"a\" \"b\" {\n for_each = {}\n}":                 `main.tf:2: a resource of a seed cannot use for_each`,
		"resource \"a\" \"b\" {\n provider = iam.x\n}":              `main.tf:2: a resource of a seed cannot use provider`,
		"resource \"a\" \"b\" {\n depends_on = a.c\n}":              `main.tf:2: depends_on must be a list of resources`,
		"resource \"a\" \"b\" {\n depends_on = [\"a.c\"]\n}":        `main.tf:2: depends_on must be a list of resources`,
		"resource \"a\" \"b\" {\n depends_on = [a.c]\n}":            `main.tf:2: the seed has no resource a.c`,
		"resource \"a\" \"b\" {\n x = a.c.id\n}":                    `main.tf:2: the seed has no resource a.c`,
		"resource \"a\" \"b\" {\n x = a\n}":                         `main.tf:2: the seed has no resource a`,
		"resource \"a\" \"b\" {\n x = var.x\n}":                     `main.tf:2: a seed can contain only literals and references to its resources, not var.x: write the value`,
		"resource \"a\" \"b\" {\n x = a.b.id\n}":                    `main.tf:2: a.b and a.b refer to each other`,
		"resource \"a\" \"b\" {\n x = \"${a.b.id}\"\n}":             `main.tf:2: a seed can contain only literals and references`,
		"resource \"a\" \"b\" {\n x = \"a ${a.b.id}\"\n}":           `main.tf:2: a string in a seed cannot contain ${…} or %{…}`,
		"resource \"a\" \"b\" {\n x = [\n  1 + 1]\n}":               `main.tf:3: a seed can contain only literals and references`,
		"resource \"a\" \"b\" {\n x = !true\n}":                     `main.tf:2: a seed can contain only literals and references`,
		"resource \"a\" \"b\" {\n x = -(1)\n}":                      `main.tf:2: a seed can contain only literals and references`,
		"resource \"a\" \"b\" {\n x = {\n  y = lower(\"A\")\n }\n}": `main.tf:3: a seed can contain only literals and references`,
		"resource \"a\" \"b\" {\n x = { (upper(\"y\")) = 1 }\n}":    `main.tf:2: a seed can contain only literals and references`,
		"resource \"a\" \"b\" {\n x = [for y in [1] : y]\n}":        `main.tf:2: a seed can contain only literals and references`,
		"resource \"a\" \"b\" {\n x = true ? 1 : 2\n}":              `main.tf:2: a seed can contain only literals and references`,
		"resource \"a\" \"b\" {\n x = a.b[*].id\n}":                 `main.tf:2: a seed can contain only literals and references`,
		"resource \"a\" \"b\" {":                                    `main.tf:1: `,
		"resource \"a\" \"b\" {\n x = 1\n x = 2\n}":                 `main.tf:3: Attribute redefined`,
	} {
		_, err := seed.Read(folder(t, map[string]string{"main.tf": text}))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngot %v, want %s", text, err, want)
		}
	}
}

// All mistakes are reported at once, in every file.
func TestRead_all(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.tf": "locals {}\nlocals {}", "b.tf": "output \"x\" {}", "README.md": "locals {}"})
	_, err := seed.Read(dir)
	lines := strings.Split(fmt.Sprint(err), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[2], filepath.Join(dir, "b.tf")+":1: ") {
		t.Errorf("got %q", lines)
	}
	for _, dir := range []string{folder(t, map[string]string{"a.txt": ""}), filepath.Join(t.TempDir(), "missing")} {
		if _, err := seed.Read(dir); err == nil || !strings.Contains(err.Error(), "has no .tf files") {
			t.Errorf("got %v", err)
		}
	}
}

// Names of folders are no patterns.
func TestRead_folder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a[b]*?")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.tf"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := seed.Read(dir); err != nil {
		t.Error(err)
	}
}
