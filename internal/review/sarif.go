package review

import (
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// A SARIF 2.1.0 log, reduced to what a review needs. Messages are plain text,
// and no name becomes a URI.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		Results     []sarifResult     `json:"results"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string       `json:"id"`
		ShortDescription sarifMessage `json:"shortDescription"`
	}
	sarifInvocation struct {
		ExecutionSuccessful bool   `json:"executionSuccessful"`
		ExitCodeDescription string `json:"exitCodeDescription,omitempty"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		Level        string            `json:"level"`
		Message      sarifMessage      `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifLocation struct {
		Physical struct {
			Artifact struct {
				URI string `json:"uri"`
			} `json:"artifactLocation"`
			Region struct {
				StartLine int `json:"startLine"`
			} `json:"region"`
		} `json:"physicalLocation"`
	}
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	// planURI is a placeholder for the plan, because GitHub shows no result
	// without a file.
	planURI = "plan.json"
)

func (r Result) writeSARIF(w io.Writer, o Options) error {
	failed := r.Failed(o.FailOn)
	run := sarifRun{Results: []sarifResult{}, Invocations: []sarifInvocation{{ExecutionSuccessful: true, ExitCodeDescription: messageText(r.Verdict(o))}}}
	run.Tool.Driver = sarifDriver{Name: "terraform-provider-iam review", Rules: []sarifRule{}}
	for _, h := range headings {
		run.rule(h.rule, h.title)
	}
	add := func(rule, level, text string) {
		run.Results = append(run.Results, newSARIFResult(rule, level, text))
	}
	failing := "error"
	if o.Accepted != nil {
		failing = "warning"
	}
	if r.Errored {
		run.rule("plan-errored", "The plan failed")
		add("plan-errored", "error", strings.Join(append([]string{erroredText}, visibleLines(o.Errors)...), "\n"))
	}
	for _, b := range blocks(r.People, failed) {
		level := "note"
		if b.fails {
			level = failing
		} else if b.worst < gainsAccess {
			level = "warning"
		}
		add(headings[headingOf(b.worst)].rule, level, b.sentence(r.severalTenants()))
	}
	if r.Incomplete && !r.Errored {
		run.rule("plan-incomplete", "The plan leaves out some changes")
		add("plan-incomplete", "note", incompleteText)
	}
	run.rule("changed-outside", driftTitle)
	for _, b := range blocks(r.Drift, nil) {
		add("changed-outside", "warning", b.sentence(r.severalTenants()))
	}
	run.rule("unresolved", "Not known before the apply, or not understood")
	level := "warning"
	if slices.Contains(failed, NotKnown) {
		level = failing
	}
	for _, s := range r.sameUnresolved() {
		add("unresolved", level, s.line(true))
	}
	run.rule("finding", "New finding")
	for _, s := range r.sameFindings() {
		add("finding", "warning", s.line(true))
	}
	return WriteIndented(w, sarifLog{sarifSchema, "2.1.0", []sarifRun{run}})
}

func (run *sarifRun) rule(id, description string) {
	run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{id, sarifMessage{description + "."}})
}

func newSARIFResult(rule, level, text string) sarifResult {
	result := sarifResult{RuleID: rule, Level: level, Message: sarifMessage{messageText(text)}}
	var at sarifLocation
	at.Physical.Artifact.URI, at.Physical.Region.StartLine = planURI, 1
	result.Locations = []sarifLocation{at}
	result.Fingerprints = map[string]string{"review/v1": fmt.Sprintf("%x", sha256.Sum256([]byte(rule+"\x00"+text)))}
	return result
}

// sentence returns the block in one line.
func (b *block) sentence(tenants bool) string {
	var texts []string
	for _, c := range b.changes {
		texts = append(texts, access.Visible(c.Text()))
	}
	if len(texts) == 0 {
		return b.title(tenants)
	}
	return b.title(tenants) + ": " + strings.Join(texts, "; ")
}
