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

// Plan is what "terraform show -json" prints of a saved plan, as far as a review
// looks at it.
type Plan struct {
	format    string
	changes   []change
	drift     []change // made outside of Terraform, before the plan
	deferred  []deferredChange
	actions   []invocation
	later     []deferredInvocation // actions that are deferred
	prior     []priorResource
	config    configuration
	variables map[string]variable
	odd       []Unresolved // what this release does not understand
	errored   bool
	whole     bool   // nothing was left out, as by -target
	digest    []byte // of what it does
}

// variable is a variable of the root module, and its value.
type variable struct {
	Value json.RawMessage `json:"value"`
}

// The format that is understood: a later minor version may say something new
// that changes access, and a later major version says everything anew.
const (
	formatMajor = 1
	formatMinor = 2
)

// ErrEmpty says that there was nothing to read.
var ErrEmpty = errors.New("the plan is empty: run \"terraform show -json plan.out | terraform-provider-iam review\"")

// maxPlan is how long a plan may be, in bytes. Plans of 300 MB take about as
// much memory again.
const maxPlan = 2 << 30

// Read reads a plan and refuses what is none, or not all of one. It keeps what
// the plan says of this provider's objects, and passes over the rest.
func Read(r io.Reader) (*Plan, error) { return read(r, maxPlan) }

// read reads a plan that is no longer than a number of bytes.
func read(r io.Reader, longest int64) (*Plan, error) {
	text := bufio.NewReaderSize(&limited{r: r, left: longest, longest: longest}, 1<<16)
	if start, _ := text.Peek(3); bytes.Equal(start, []byte("\ufeff")) { // as some shells write it
		_, _ = text.Discard(3)
	}
	start, err := peekText(text)
	switch {
	case errors.Is(err, io.EOF):
		return nil, ErrEmpty
	case err != nil:
		return nil, fmt.Errorf("reading the plan: %w", err)
	case bytes.Equal(start, []byte("PK")):
		return nil, errors.New("this is a saved plan, not its JSON: run \"terraform show -json\" on it and give what that prints")
	case start[0] != '{':
		return nil, fmt.Errorf("this is no plan as \"terraform show -json\" prints it: it begins with %q", start[:1])
	}
	p := planReader{decoder: json.NewDecoder(text), plan: &Plan{whole: true}, hash: sha256.New()}
	if err := p.read(); err != nil {
		return nil, err
	}
	p.plan.digest = p.hash.Sum(nil)
	return p.plan, nil
}

// peekText returns the first two bytes behind spaces.
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

// limited fails where there is more to read than is left.
type limited struct {
	r             io.Reader
	left, longest int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, fmt.Errorf("the plan is longer than the %d MB that a review takes", l.longest>>20)
	}
	return n, err
}

// planReader reads a plan in one pass, one change at a time.
type planReader struct {
	decoder *json.Decoder
	plan    *Plan
	seen    []string  // the members that were read
	hash    hash.Hash // of what the plan does
	counts  bool      // whether the member that is read is part of it
}

func (p *planReader) read() error {
	err := p.members(func(name string) error {
		p.seen, p.counts = append(p.seen, name), !slices.Contains(volatile, name)
		p.note(name)
		return p.member(name)
	})
	if err == nil {
		if _, more := p.decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more behind its end: give one plan")
		}
	}
	var refused *refusedError
	switch {
	case errors.As(err, &refused):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("the plan ends after %d bytes in the middle: it was cut off, make it again", p.decoder.InputOffset())
	case err != nil:
		return fmt.Errorf("reading the plan as \"terraform show -json\" prints it: %w", err)
	}
	return p.check()
}

// refusedError says why what was read is no plan.
type refusedError struct{ reason string }

func (e *refusedError) Error() string { return e.reason }

// check refuses what is no plan, once all of it was read.
func (p *planReader) check() error {
	if p.plan.format == "" {
		return fmt.Errorf("this is no plan as \"terraform show -json\" prints it: it has no format_version, but %s", strings.Join(p.seen[:min(len(p.seen), 5)], ", "))
	}
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(p.seen, name) })
	}
	if has("resource_changes", "deferred_changes", "configuration", "planned_values") {
		return nil
	}
	if has("values") || len(p.seen) <= 2 { // an empty state has no values
		return errors.New("this is a state and no plan: run \"terraform plan -out plan.out\", then \"terraform show -json plan.out\"")
	}
	return fmt.Errorf("this is no plan as \"terraform show -json\" prints it: it has %s, and no resource_changes", strings.Join(p.seen[:min(len(p.seen), 5)], ", "))
}

// checkFormat refuses plans of formats that are not understood.
func checkFormat(format string) error {
	major, minor, _ := strings.Cut(format, ".")
	first, err := strconv.Atoi(major)
	second, err2 := strconv.Atoi(minor)
	switch {
	case err != nil, err2 != nil:
		return &refusedError{fmt.Sprintf("this is no plan as \"terraform show -json\" prints it: its format_version is %q", format)}
	case first > formatMajor, first == formatMajor && second > formatMinor:
		return &refusedError{fmt.Sprintf("the plan's format_version is %s, and this release understands %d.%d: use a newer release of the provider to review it", format, formatMajor, formatMinor)}
	case first < formatMajor:
		return &refusedError{fmt.Sprintf("the plan's format_version is %s, older than the 1.0 that this release understands: make the plan with Terraform 1.1 or later", format)}
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
		return p.decode(&plan.whole)
	}
	said, err := p.skip()
	if said && err == nil && !slices.Contains(passedOver, name) {
		plan.odd = append(plan.odd, Unresolved{Text: fmt.Sprintf("the plan has %s, which this release does not understand", name)})
	}
	return err
}

// passedOver are the members of a plan that say nothing of what it changes, or
// nothing that is not said elsewhere in it.
var passedOver = []string{"terraform_version", "planned_values", "output_changes", "relevant_attributes", "checks", "timestamp", "applyable"}

// members reads an object, and calls f for each member to read its value. Null
// has none.
func (p *planReader) members(f func(name string) error) error {
	start, err := p.decoder.Token()
	if err != nil || start == nil {
		return err
	}
	if start != json.Delim('{') {
		return fmt.Errorf("there is %v before byte %d, and no object", start, p.decoder.InputOffset())
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

// raw reads a value as it is written.
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

// volatile are members of a plan that differ from run to run, or that say how
// things are and not what the plan does.
var volatile = []string{"timestamp", "terraform_version", "prior_state", "planned_values", "relevant_attributes", "resource_drift", "checks", "variables", "output_changes"}

// note adds to the digest what the plan does.
func (p *planReader) note(text string) {
	if p.counts {
		fmt.Fprintf(p.hash, "%q\n", text)
	}
}

// elements reads a list, and calls f for each element to read it. Null has none.
func (p *planReader) elements(f func() error) error {
	start, err := p.decoder.Token()
	if err != nil || start == nil {
		return err
	}
	if start != json.Delim('[') {
		return fmt.Errorf("there is %v before byte %d, and no list", start, p.decoder.InputOffset())
	}
	for p.decoder.More() {
		if err := f(); err != nil {
			return err
		}
	}
	_, err = p.decoder.Token()
	return err
}

// skip passes over a value of any length, and reports whether it says something.
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
