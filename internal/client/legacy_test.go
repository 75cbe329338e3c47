package client

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// legacyNames are the names of the model before access controls held scopes,
// as package api has them.
var legacyNames = regexp.MustCompile(`\b(Path(Roles?|Permissions?|Resources?|UserGrantsOn|UserPermissions)|Scope(Role|Permission|Resource)Read|Legacy\w+|RoleID|"roleId"|"resourceId")\b`)

// Neither the client nor its callers use that model: the public API may have
// removed it.
func TestLegacy_unused(t *testing.T) {
	t.Parallel()
	if found := legacyIn(t, "../api"); len(found) < 12 {
		t.Errorf("package api has only the names %q: they were changed, and this test was not", found)
	}
	for _, folder := range []string{".", "../provider", "../cli"} {
		if found := legacyIn(t, folder); len(found) > 0 {
			t.Errorf("%s: %q", folder, found)
		}
	}
}

// legacyIn lists where the code of a folder, tests left out, has such names.
func legacyIn(t *testing.T, folder string) (found []string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		for line := range strings.Lines(string(text)) {
			if name := legacyNames.FindString(line); name != "" {
				found = append(found, path+": "+name)
			}
		}
		return err
	})
	if err != nil || files == 0 {
		t.Fatalf("%s: read %d files, %v", folder, files, err)
	}
	return found
}
