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
	// Tests run in the folder of their package, somewhere below the root, which may be that of
	// another module.
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if exists(filepath.Join(dir, "go.mod")) {
			beside := filepath.Join(dir, "..", "shared", "contract", "openapi")
			if exists(filepath.Join(beside, "iam.yml")) {
				return beside
			}
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

// Difference is a difference between a published description and the server's own that stays.
type Difference struct {
	Reason string `yaml:"reason"`
	// Changes are the identifiers of oasdiff; About is a regular expression that its whole
	// text matches, any if empty; In is one for the operation, such as "GET /iam/.*".
	Changes []string `yaml:"changes"`
	About   string   `yaml:"about"`
	In      string   `yaml:"in"`
}

type allCorrections struct {
	Documents   []correctedFile `yaml:"documents"`
	Differences []Difference    `yaml:"differences"`
}

func readAll() (all allCorrections, err error) {
	if err := yaml.Unmarshal(correctionsText, &all); err != nil {
		return all, fmt.Errorf("corrections.yaml: %w", err)
	}
	return all, nil
}

func readCorrections() ([]correctedFile, error) {
	all, err := readAll()
	return all.Documents, err
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
	text, err := f.read(dir)
	if err != nil {
		return nil, err
	}
	return newDescription("the published "+f.File, text)
}

// read returns the corrected description as JSON.
func (f correctedFile) read(dir string) ([]byte, error) {
	doc, err := readDocument(filepath.Join(dir, f.File))
	if err != nil {
		return nil, err
	}
	for _, c := range f.Corrections {
		if err := doc.correct(c); err != nil {
			return nil, fmt.Errorf("correcting that %q: %w", c.Reason, err)
		}
	}
	return json.Marshal(doc)
}

// Published are the corrected published descriptions of the API.
type Published struct {
	Missing     string            // why there are none
	Texts       map[string][]byte // JSON, by the name of the file
	Differences []Difference      // those that stay between them and the server's own
}

// ReadPublished returns the published descriptions.
func ReadPublished() (Published, error) {
	if publishedDir == "" {
		return Published{Missing: publishedVariable + " is not set, and there are no published descriptions in the default folder"}, nil
	}
	all, err := readAll()
	if err != nil {
		return Published{}, err
	}
	p := Published{Texts: map[string][]byte{}, Differences: all.Differences}
	for _, f := range all.Documents {
		if p.Texts[f.File], err = f.read(publishedDir); err != nil {
			return Published{}, fmt.Errorf("%s: %w", f.File, err)
		}
	}
	return p, nil
}
