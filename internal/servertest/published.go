package servertest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"go.yaml.in/yaml/v3"
)

// publishedVariable names the folder with the published descriptions of the
// API.
const publishedVariable = "IAM_PUBLISHED_API_DIR"

// sayUnpublished reports once that the published descriptions are missing.
var sayUnpublished sync.Once

// publishedDir is the folder with the published descriptions, or "". They are not part of the
// project; by default they are beside it. It is determined before a test can change its
// working folder.
var publishedDir = findPublished()

func findPublished() string {
	if dir := os.Getenv(publishedVariable); dir != "" {
		return dir
	}
	// Tests run in the folder of their package, somewhere below the root.
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if exists(filepath.Join(dir, "go.mod")) {
			beside := filepath.Join(dir, "..", "shared", "contract", "openapi")
			if exists(filepath.Join(beside, "iam.yml")) {
				return beside
			}
			return ""
		}
		dir = filepath.Dir(dir)
	}
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// correctionsText are the corrections of the published descriptions.
//
//go:embed corrections.yaml
var correctionsText []byte

// correctedFile is a published description with its corrections.
type correctedFile struct {
	File        string       `yaml:"file"`
	Corrections []correction `yaml:"corrections"`
}

func readCorrections() ([]correctedFile, error) {
	var all struct {
		Documents []correctedFile `yaml:"documents"`
	}
	if err := yaml.Unmarshal(correctionsText, &all); err != nil {
		return nil, fmt.Errorf("corrections.yaml: %w", err)
	}
	return all.Documents, nil
}

// loadPublished returns the corrected published descriptions, or none if they are missing.
var loadPublished = sync.OnceValues(func() ([]*description, error) {
	if publishedDir == "" {
		return nil, nil
	}
	files, err := readCorrections()
	if err != nil {
		return nil, err
	}
	var list []*description
	for _, f := range files {
		d, err := f.load(publishedDir)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.File, err)
		}
		list = append(list, d)
	}
	return list, nil
})

func (f correctedFile) load(dir string) (*description, error) {
	doc, err := readDocument(filepath.Join(dir, f.File))
	if err != nil {
		return nil, err
	}
	for _, c := range f.Corrections {
		if err := doc.correct(c); err != nil {
			return nil, fmt.Errorf("correcting that %q: %w", c.Reason, err)
		}
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	return newDescription("the published "+f.File, text)
}
