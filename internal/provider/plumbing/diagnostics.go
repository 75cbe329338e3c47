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

// Unable is the diagnostic of an operation that failed: "Unable to create
// group", the cause, and what to do next. Verb and thing complete the summary;
// object names the one it happened to.
func Unable(verb, thing, object string, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic(unable(verb, thing, object, err))
}

// UnableAt is Unable on the attribute that the cause is about.
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

// What to do when an update, or a creation, names what the tenant does not have.
const (
	goneSince = "What the message names no longer exists: it was deleted after the plan was made, or since the last refresh. Run terraform plan again: the new plan shows what is gone, and creates again what the configuration still has."
	referTo   = "refer to the resource that creates it, or find its id with a data source. A name, a code or an e-mail address is no id."
)

// nextStep says what to do about an error, where the kind of error tells.
func nextStep(verb string, err error) string {
	var late *client.TotalTimeoutError
	if errors.As(err, &late) {
		return fmt.Sprintf("One request may take %s with all its tries. Run the same command again later, or raise the provider's total_timeout.", late.Limit)
	}
	var unanswered *client.RequestError
	if errors.As(err, &unanswered) {
		if errors.Is(err, context.Canceled) {
			return "" // nobody is to be reached
		}
		return fmt.Sprintf("No usable answer came from %s. Check that api_url is right and can be reached from here, then run the same command again.", unanswered.Host)
	}
	var e *client.Error
	if !errors.As(err, &e) {
		return ""
	}
	if client.IsNotFound(err) && slices.Contains([]string{"assign", "create", "update"}, verb) {
		if verb == "update" {
			return goneSince + " If it never existed, " + referTo
		}
		return "Something that the message names is not in the tenant. If it was deleted elsewhere, run terraform plan again. Otherwise " + referTo
	}
	switch e.StatusCode {
	case http.StatusUnauthorized:
		return "The API does not accept the token for this tenant. Check tenant, api_url and the credentials: an API key belongs to one tenant only."
	case http.StatusForbidden:
		kept := ""
		if slices.Contains([]string{"read", "update", "delete"}, verb) {
			kept = " What is in the state stays there as it was."
		}
		if e.MissingScope == "" {
			return "The API key may not do this. Use one that may, with more scopes or for this tenant." + kept
		}
		return fmt.Sprintf("The API key lacks the scope %s. Use a key that has it, and list it in the provider's scope argument if that is set.", e.MissingScope) + kept
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		if e.RetryAfter > 0 {
			return fmt.Sprintf("The API asks to be left alone for %s. Run the same command again after that.", e.RetryAfter)
		}
		return "The API was asked several times and stayed busy. Run the same command again later, or raise the provider's max_retries."
	}
	return ""
}

// ReadBackWarning warns that an object was made and could not be read afterwards.
func ReadBackWarning(thing, object string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic(
		fmt.Sprintf("Unable to read %s after creation", thing),
		fmt.Sprintf("%s %s was made and is in the state, but reading it back failed: %s\n\nThe next refresh completes what the API decides.", capital(thing), object, Sentence(err.Error())))
}

// GoneWarning tells that an object was removed from the state because it no
// longer exists.
func GoneWarning(thing, object string) diag.Diagnostic {
	return diag.NewWarningDiagnostic(
		fmt.Sprintf("%s Not Found", thing),
		fmt.Sprintf("%s %s no longer exists in the tenant, so it was removed from the state. The plan creates it again if it is still in the configuration.", thing, object))
}
