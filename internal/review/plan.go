package review

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Plan is the output of "terraform show -json" for a saved plan, reduced to
// what a review needs.
type Plan struct {
	format      string
	changes     []change
	drift       []change // changes outside of Terraform, before the plan
	deferred    []deferredChange
	actions     []invocation
	later       []deferredInvocation // actions that are deferred
	prior       []priorResource
	config      configuration
	variables   map[string]variable
	unsupported []Unresolved // what this release does not understand
	errored     bool
	complete    bool   // false if the plan leaves out changes, as with -target
	digest      []byte // of its changes
}

// variable is a variable of the root module, and its value.
type variable struct {
	Value json.RawMessage `json:"value"`
}

// The supported format version. A later minor version can add members that
// change access, so it is noted; a later major version is refused.
const (
	formatMajor = 1
	formatMinor = 2
)

// ErrEmpty is returned for empty input.
var ErrEmpty = errors.New("the plan is empty: run \"terraform show -json plan.out | terraform-provider-iam review\"")

// maxPlan is the maximum length of a plan in bytes. A plan of 300 MB takes
// about 300 MB of memory.
const maxPlan = 2 << 30

// Read reads a plan. It returns an error for input that is not a complete plan.
// It keeps the objects of this provider and skips the rest.
func Read(r io.Reader) (*Plan, error) { return read(r, maxPlan) }

// read reads a plan of at most longest bytes.
func read(r io.Reader, longest int64) (*Plan, error) {
	text := bufio.NewReaderSize(&limited{r: r, left: longest, longest: longest}, 1<<16)
	if start, _ := text.Peek(3); bytes.Equal(start, []byte("\ufeff")) { // PowerShell writes a byte order mark
		_, _ = text.Discard(3)
	}
	start, err := peekText(text)
	switch {
	case errors.Is(err, io.EOF):
		return nil, ErrEmpty
	case err != nil:
		return nil, fmt.Errorf("reading the plan: %w", err)
	case bytes.Equal(start, []byte("PK")):
		return nil, errors.New("this is a saved plan, not its JSON: run \"terraform show -json\" on it and pass its output")
	case start[0] != '{':
		return nil, fmt.Errorf("this is not the output of \"terraform show -json\": it begins with %q", start[:1])
	}
	p := planReader{decoder: json.NewDecoder(text), plan: &Plan{complete: true}, hash: sha256.New()}
	if err := p.read(); err != nil {
		return nil, err
	}
	p.plan.digest = p.hash.Sum(nil)
	return p.plan, nil
}

// peekText returns the first two bytes after white space.
func peekText(text *bufio.Reader) ([]byte, error) {
	for {
		start, err := text.Peek(2)
		if len(start) == 0 {
			return nil, err
		}
		if !bytes.ContainsRune([]byte(" \t\r\n"), rune(start[0])) {
			return start, nil
		}
		_, _ = text.Discard(1)
	}
}

// limited returns an error when more than the limit is read.
type limited struct {
	r             io.Reader
	left, longest int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, fmt.Errorf("the plan is longer than %d MB, the limit of a review", l.longest>>20)
	}
	return n, err
}

// planReader reads a plan in one pass, holding one change at a time.
type planReader struct {
	decoder *json.Decoder
	plan    *Plan
	seen    []string  // members read so far
	hash    hash.Hash // of the changes
	counts  bool      // whether the present member is part of the hash
}

func (p *planReader) read() error {
	err := p.members(func(name string) error {
		p.seen, p.counts = append(p.seen, name), !slices.Contains(volatile, name)
		p.note(name)
		return p.member(name)
	})
	if err == nil {
		if _, more := p.decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("unexpected data after its end: pass one plan")
		}
	}
	var refused *refusedError
	switch {
	case errors.As(err, &refused):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("the plan is cut off after %d bytes: create it again", p.decoder.InputOffset())
	case err != nil:
		return fmt.Errorf("reading the output of \"terraform show -json\": %w", err)
	}
	return p.check()
}

// refusedError says why the input is not a plan.
type refusedError struct{ reason string }

func (e *refusedError) Error() string { return e.reason }

// check returns an error if the input, now read to its end, is not a plan.
func (p *planReader) check() error {
	if p.plan.format == "" {
		return fmt.Errorf("this is not the output of \"terraform show -json\": it has %s, but no format_version", strings.Join(p.seen[:min(len(p.seen), 5)], ", "))
	}
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(p.seen, name) })
	}
	if has("resource_changes", "deferred_changes", "configuration", "planned_values") {
		return nil
	}
	if has("values") || len(p.seen) <= 2 { // an empty state has no values
		return errors.New("this is a state, not a plan: run \"terraform plan -out plan.out\", then \"terraform show -json plan.out\"")
	}
	return fmt.Errorf("this is not the output of \"terraform show -json\": it has %s, but no resource_changes", strings.Join(p.seen[:min(len(p.seen), 5)], ", "))
}

// checkFormat returns an error for format versions that are not supported.
func checkFormat(format string) error {
	major, minor, _ := strings.Cut(format, ".")
	first, err := strconv.Atoi(major)
	second, err2 := strconv.Atoi(minor)
	switch {
	case err != nil, err2 != nil:
		return &refusedError{fmt.Sprintf("this is not the output of \"terraform show -json\": its format_version is %q", format)}
	case first > formatMajor, first == formatMajor && second > formatMinor:
		return &refusedError{fmt.Sprintf("the plan's format_version is %s, and this release understands %d.%d: use a newer release of the provider to review it", format, formatMajor, formatMinor)}
	case first < formatMajor:
		return &refusedError{fmt.Sprintf("the plan's format_version is %s, older than the 1.0 that this release understands: create the plan with Terraform 1.1 or later", format)}
	}
	return nil
}

// member reads one member of the plan.
func (p *planReader) member(name string) error {
	plan := p.plan
	switch name {
	case "format_version":
		if err := p.decode(&plan.format); err != nil {
			return err
		}
		return checkFormat(plan.format)
	case "variables":
		return p.decode(&plan.variables)
	case "resource_changes":
		return p.elements(func() error { return p.change(&plan.changes) })
	case "resource_drift":
		return p.elements(func() error { return p.change(&plan.drift) })
	case "deferred_changes":
		return p.elements(p.deferredChange)
	case "action_invocations":
		return p.elements(func() error { return p.invocation(&plan.actions) })
	case "deferred_action_invocations":
		return p.elements(p.deferredInvocation)
	case "prior_state":
		return p.priorState()
	case "configuration":
		return p.configuration()
	case "errored":
		return p.decode(&plan.errored)
	case "complete":
		return p.decode(&plan.complete)
	}
	said, err := p.skip()
	if said && err == nil && !slices.Contains(skippedMembers, name) {
		plan.unsupported = append(plan.unsupported, Unresolved{Text: fmt.Sprintf("the plan has %s, which this release does not understand", name)})
	}
	return err
}

// skippedMembers lists the members of a plan that do not describe changes, or
// repeat what other members describe.
var skippedMembers = []string{"terraform_version", "planned_values", "output_changes", "relevant_attributes", "checks", "timestamp", "applyable"}

// members reads an object and calls f for each member to read its value. Null
// has no members.
func (p *planReader) members(f func(name string) error) error {
	start, err := p.decoder.Token()
	if err != nil || start == nil {
		return err
	}
	if start != json.Delim('{') {
		return fmt.Errorf("expected an object before byte %d, found %v", p.decoder.InputOffset(), start)
	}
	for p.decoder.More() {
		name, err := p.decoder.Token()
		if err != nil {
			return err
		}
		if err := f(fmt.Sprint(name)); err != nil {
			return err
		}
	}
	_, err = p.decoder.Token()
	return err
}

// raw reads a value without decoding it.
func (p *planReader) raw() (text json.RawMessage, err error) {
	err = p.decoder.Decode(&text)
	p.note(string(text))
	return text, err
}

// decode reads a short value.
func (p *planReader) decode(to any) error {
	text, err := p.raw()
	if err != nil {
		return err
	}
	return json.Unmarshal(text, to)
}

// volatile lists the members of a plan that differ between runs, or that
// describe the present and not the changes.
var volatile = []string{"timestamp", "terraform_version", "prior_state", "planned_values", "relevant_attributes", "resource_drift", "checks", "variables", "output_changes"}

// note adds a text to the digest if the present member counts.
func (p *planReader) note(text string) {
	if p.counts {
		fmt.Fprintf(p.hash, "%q\n", text)
	}
}

// elements reads a list and calls f to read each element. Null has no elements.
func (p *planReader) elements(f func() error) error {
	start, err := p.decoder.Token()
	if err != nil || start == nil {
		return err
	}
	if start != json.Delim('[') {
		return fmt.Errorf("expected a list before byte %d, found %v", p.decoder.InputOffset(), start)
	}
	for p.decoder.More() {
		if err := f(); err != nil {
			return err
		}
	}
	_, err = p.decoder.Token()
	return err
}

// skip skips a value of any length and reports whether it holds anything.
func (p *planReader) skip() (said bool, err error) {
	depth := 0
	for {
		token, err := p.decoder.Token()
		if err != nil {
			return said, err
		}
		if p.counts {
			p.note(fmt.Sprint(token))
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		case nil, false, "", float64(0):
		default:
			said = true
		}
		if depth == 0 {
			return said, nil
		}
	}
}
