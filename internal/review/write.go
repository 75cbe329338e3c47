package review

import (
	"fmt"
	"io"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// Options controls how a review is written and what it fails on.
type Options struct {
	Format   string   // one of Formats
	FailOn   []string // of Kinds
	MaxBytes int      // of text and markdown; 0 for no limit
	Summary  bool     // write only counts and the people that the review fails on
	Errors   string   // what Terraform printed when it refused the plan
	Plan     string   // the fingerprint of what is reviewed
	// Accepted is an acceptance of this plan. NotAccepted is the reason why a
	// given acceptance does not count.
	Accepted    *Acceptance
	NotAccepted string
	// HTML writes a review as a page, for the format html.
	HTML func(w io.Writer, v View) error
}

// MaxComment is below GitHub's limit for a comment, in bytes.
const MaxComment = 60_000

// format is an output format of a review.
type format struct {
	name  string
	write func(r Result, w io.Writer, o Options) error
	cuts  bool // it is for people and can be cut
}

func formats() []format {
	return []format{
		{"text", Result.writeText, true},
		{"markdown", Result.writeMarkdown, true},
		{"html", Result.writeHTML, false},
		{"json", Result.writeJSON, false},
		{"csv", Result.writeCSV, false},
		{"sarif", Result.writeSARIF, false},
		{"junit", Result.writeJUnit, false},
	}
}

// Formats returns the names of the formats.
func Formats() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

// Check returns an error if the options are not valid.
func (o Options) Check() error {
	all := formats()
	i := slices.IndexFunc(all, func(f format) bool { return f.name == o.Format })
	switch {
	case i < 0:
		return fmt.Errorf("--format must be %s, not %q", access.Enumerate("or", Formats()), o.Format)
	case !all[i].cuts && (o.Summary || o.MaxBytes != 0):
		return fmt.Errorf("--summary and --max-bytes shorten text and markdown; %s is always complete", o.Format)
	case o.MaxBytes < 0:
		return fmt.Errorf("--max-bytes must be a number of bytes, not %d", o.MaxBytes)
	}
	for _, kind := range o.FailOn {
		if !slices.Contains(Kinds(), kind) {
			return fmt.Errorf("--fail-on accepts %s, not %q", access.Enumerate("or", Kinds()), kind)
		}
	}
	return nil
}

func (r Result) writeHTML(w io.Writer, o Options) error { return o.HTML(w, r.View(o)) }

// Write writes the review in the format of the options.
func (r Result) Write(w io.Writer, o Options) error {
	if err := o.Check(); err != nil {
		return err
	}
	all := formats()
	return all[slices.Index(Formats(), o.Format)].write(r, w, o)
}
