package plumbing

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/access-config/terraform-provider-iam/internal/client"
)

// Unable returns the diagnostic of a failed operation: "Unable to create group", the
// cause, and what to do next. verb and thing complete the summary; object names the
// affected object.
func Unable(verb, thing, object string, err error) diag.Diagnostic {
	return failure{diag.NewErrorDiagnostic(unable(verb, thing, object, err)), err}
}

// failure is a diagnostic that keeps its cause. The protocol drops it, and callers inside
// this process need it: see Cause.
type failure struct {
	diag.Diagnostic

	cause error
}

// Equal reports whether people see the same.
func (f failure) Equal(other diag.Diagnostic) bool {
	o, ok := other.(failure)
	return ok && f.Diagnostic.Equal(o.Diagnostic)
}

// Cause returns the cause of the first error that has one, or nil.
func Cause(diags diag.Diagnostics) error {
	for _, d := range diags.Errors() {
		if f, ok := d.(failure); ok {
			return f.cause
		}
	}
	return nil
}

// UnableAt is Unable for an error that concerns one attribute.
func UnableAt(at path.Path, verb, thing, object string, err error) diag.Diagnostic {
	summary, detail := unable(verb, thing, object, err)
	return diag.NewAttributeErrorDiagnostic(at, summary, detail)
}

func unable(verb, thing, object string, err error) (summary, detail string) {
	summary = fmt.Sprintf("Unable to %s %s", verb, thing)
	detail = fmt.Sprintf("%s %s: %s", capital(thing), object, Sentence(err.Error()))
	if next := nextStep(verb, err); next != "" {
		detail += "\n\n" + next
	}
	return summary, detail
}

// What to do if an update or a creation names an object that the tenant lacks.
const (
	goneSince = "The object named in the message no longer exists: it was deleted after the plan or since the last refresh. Run terraform plan again: the new plan shows the deleted objects and creates again those that the configuration still has."
	referTo   = "refer to the resource that creates it, or find its id with a data source. A name, a code or an e-mail address is not an id."
)

// nextStep returns what to do about an error, or "" if its kind does not tell.
func nextStep(verb string, err error) string {
	var late *client.TotalTimeoutError
	if errors.As(err, &late) {
		return fmt.Sprintf("A request, including its retries, may take %s. Run the same command again later, or raise the provider's total_timeout.", late.Limit)
	}
	var unanswered *client.RequestError
	if errors.As(err, &unanswered) {
		if errors.Is(err, context.Canceled) {
			return "" // the user interrupted the run
		}
		return fmt.Sprintf("%s gave no usable answer. Check that api_url is correct and reachable from here, then run the same command again.", unanswered.Host)
	}
	var e *client.Error
	if !errors.As(err, &e) {
		return ""
	}
	if client.IsNotFound(err) && slices.Contains([]string{"assign", "create", "update"}, verb) {
		if verb == "update" {
			return goneSince + " If it never existed, " + referTo
		}
		return "The tenant lacks an object that the message names. If it was deleted outside Terraform, run terraform plan again. Otherwise " + referTo
	}
	switch e.StatusCode {
	case http.StatusUnauthorized:
		return "The API does not accept the token for this tenant. Check tenant, api_url and the credentials: an API key belongs to one tenant only."
	case http.StatusForbidden:
		kept := ""
		if slices.Contains([]string{"read", "update", "delete"}, verb) {
			kept = " The state is unchanged."
		}
		if e.MissingScope == "" {
			return "The API key does not permit this. Use a key with more scopes, or one for this tenant." + kept
		}
		return fmt.Sprintf("The API key lacks the scope %s. Use a key that has it, and list it in the provider's scope argument if that is set.", e.MissingScope) + kept
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		if e.RetryAfter > 0 {
			return fmt.Sprintf("The API requests a pause of %s. Run the same command again after that.", e.RetryAfter)
		}
		return "The API stayed busy through all retries. Run the same command again later, or raise the provider's max_retries."
	}
	return ""
}

// ReadBackWarning warns that an object was created but could not be read afterwards.
func ReadBackWarning(thing, object string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic(
		fmt.Sprintf("Unable to read %s after creation", thing),
		fmt.Sprintf("%s %s was created and is in the state, but reading it back failed: %s\n\nThe next refresh adds the attributes that the API sets.", capital(thing), object, Sentence(err.Error())))
}

// GoneWarning warns that an object was removed from the state because it no longer
// exists.
func GoneWarning(thing, object string) diag.Diagnostic {
	return diag.NewWarningDiagnostic(
		fmt.Sprintf("%s Not Found", thing),
		fmt.Sprintf("%s %s no longer exists in the tenant, so it was removed from the state. If it is still in the configuration, the plan creates it again.", thing, object))
}
