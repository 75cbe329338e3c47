package review

import (
	"bytes"
	"encoding/xml"
	"io"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// The review as a JUnit report: one test case for each kind that a review can
// fail on.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
		Output   string      `xml:"system-out"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitFailure `xml:"failure"`
		Skipped *junitSkipped `xml:"skipped"`
	}
	junitFailure struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
)

// writeJUnit needs no escaping of its own for names: Visible texts contain only
// characters that XML 1.0 allows, and the encoder escapes markup.
func (r Result) writeJUnit(w io.Writer, o Options) error {
	suite := junitSuite{Name: "access review", Output: r.page(Options{FailOn: o.FailOn, Errors: o.Errors, Plan: o.Plan, Accepted: o.Accepted}).text()}
	failed := r.Failed(o.FailOn)
	for _, kind := range worstFirst {
		c := junitCase{Class: "review", Name: kind}
		switch {
		case !slices.Contains(o.FailOn, kind):
			c.Skipped = &junitSkipped{"not in --fail-on"}
			suite.Skipped++
		case slices.Contains(failed, kind) && o.Accepted != nil:
			c.Skipped = &junitSkipped{"accepted by " + access.Visible(o.Accepted.Person) + ": " + access.Visible(o.Accepted.Reason)}
			suite.Skipped++
		case slices.Contains(failed, kind):
			message := verdict{phrases: r.phrases(kind)}.line(plain, plain)
			c.Failure = &junitFailure{kind, message, strings.Join(r.failures(kind), "\n")}
			suite.Failures++
		}
		suite.Cases = append(suite.Cases, c)
	}
	suite.Tests = len(suite.Cases)
	doc := junitSuites{Tests: suite.Tests, Failures: suite.Failures, Skipped: suite.Skipped, Suites: []junitSuite{suite}}
	text, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	// No name contains a line break, so every &#xA; ends one of our own lines.
	text = bytes.ReplaceAll(text, []byte("&#xA;"), []byte("\n"))
	_, err = w.Write(slices.Concat([]byte(xml.Header), text, []byte("\n")))
	return err
}

// failures returns a line for each person or object because of which a review
// fails on the kind.
func (r Result) failures(kind string) []string {
	var lines []string
	for _, b := range blocks(r.People, []string{kind}) {
		if b.fails {
			lines = append(lines, b.sentence(r.severalTenants()))
		}
	}
	if kind == NotKnown {
		for _, s := range r.sameUnresolved() {
			lines = append(lines, s.line(true))
		}
	}
	return lines
}
