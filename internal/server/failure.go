package server

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// failure is an error for the caller.
type failure struct {
	status     int
	code       int    // in the body; the status if 0
	phrase     string // the body's status; the phrase of the status if empty
	message    string
	resourceID string
	causes     []api.ServiceDetail // IAM shows their messages only
	header     http.Header
	body       any // replaces the document if it is not an api.Error
}

func (f *failure) Error() string { return f.message }

// constraintPhrase is the status in a body of the platform for a well-formed document
// that breaks a rule.
const constraintPhrase = "Constraint validation failed"

// messages returns causes that are of no certain member.
func messages(texts ...string) []api.ServiceDetail {
	causes := make([]api.ServiceDetail, len(texts))
	for i, text := range texts {
		causes[i].Message = text
	}
	return causes
}

// about sets the member of the request that a failure is about, as a path such as
// "homeBase.address" or "[0].key".
func about(member string, err error) error {
	var f *failure
	if errors.As(err, &f) {
		for i := range f.causes {
			f.causes[i].Field = member
		}
	}
	return err
}

// within adds the path of an object or item to the members that a failure is about.
func within(path string, err error) error {
	var f *failure
	if errors.As(err, &f) {
		for i := range f.causes {
			if f.causes[i].Field != "" {
				f.causes[i].Field = path + f.causes[i].Field
			}
		}
	}
	return err
}

// invalid refuses a document with members that are wrong.
func invalid(message string, causes ...api.ServiceDetail) error {
	return &failure{status: http.StatusBadRequest, message: message, causes: causes}
}

// badRequest refuses a malformed request.
func badRequest(message string, details ...string) error {
	return &failure{status: http.StatusBadRequest, message: message, causes: messages(details...)}
}

// violation refuses a well-formed request that breaks a rule.
func violation(id, message string, details ...string) error {
	return &failure{status: http.StatusBadRequest, phrase: constraintPhrase, message: message, resourceID: id, causes: messages(details...)}
}

func notFound(message, id string, details ...string) error {
	return &failure{status: http.StatusNotFound, message: message, resourceID: id, causes: messages(details...)}
}

func conflict(message, id string, details ...string) error {
	return &failure{status: http.StatusConflict, message: message, resourceID: id, causes: messages(details...)}
}

// outdated refuses a change of another version than the stored one.
func outdated(thing, id string, stored, expected int) error {
	return conflict("The "+thing+" was changed by someone else", id, fmt.Sprintf("Its version is %d, not %d", stored, expected))
}

// forbidden refuses a token that lacks the scopes.
func forbidden(scopes ...string) error {
	return &failure{
		status: http.StatusForbidden, message: "You need a scope for this action.",
		causes: messages("Required scope(s): [" + strings.Join(scopes, ", ") + "]"),
	}
}

// fault refuses the token itself, with the document of the gateway.
func fault(message, code string) error {
	return &failure{
		status: http.StatusUnauthorized, message: message,
		body: api.Fault{Fault: api.FaultBody{FaultString: message, Detail: api.FaultDetail{ErrorCode: code}}},
	}
}

func methodNotAllowed(allowed []string) error {
	list := strings.Join(allowed, ", ")
	return &failure{
		status: http.StatusMethodNotAllowed, message: "Allowed methods: " + list,
		header: http.Header{"Allow": {list}},
	}
}

// storeFailure returns the failure for an error of the store that the operator can fix;
// nil for all other errors.
func storeFailure(err error) *failure {
	switch {
	case errors.Is(err, store.ErrFull):
		return &failure{status: http.StatusInsufficientStorage, message: "The backend's database or its disk is full; nothing was changed. Free some space, or raise the quota or the limit of a file's size, and try again."}
	case errors.Is(err, store.ErrReadOnly):
		return &failure{status: http.StatusServiceUnavailable, message: "The backend's database is read-only; nothing was changed. Check the permissions of the file and its folder, or whether the database server is a standby."}
	case errors.Is(err, store.ErrUnsure):
		return &failure{status: http.StatusServiceUnavailable, message: "The backend's database ended the connection without saying whether it kept the change. Read the object before you try again."}
	case errors.Is(err, store.ErrUnavailable):
		return &failure{
			status: http.StatusServiceUnavailable, header: http.Header{"Retry-After": {"2"}},
			message: "The backend's database cannot be reached, or is busy; nothing was changed. Try again.",
		}
	case errors.Is(err, store.ErrDamaged):
		return &failure{status: http.StatusInternalServerError, message: "The backend's database file is damaged or was cut, or another file is in its place; nothing was changed. Stop the backend and restore the file from a backup."}
	case errors.Is(err, store.ErrTables):
		return &failure{status: http.StatusServiceUnavailable, message: "The tables of the backend's database are not those of this version of the program; nothing was changed. Run the version that made them, or start this one again to bring older tables up to date."}
	case errors.Is(err, store.ErrSuperseded):
		return &failure{status: http.StatusServiceUnavailable, message: "A newer version of the program has taken over the backend's database; nothing was changed. Send requests to the newer version, and end this one."}
	}
	return nil
}

// document returns the failure as the service of the path writes it.
func (f *failure) document(path string) any {
	switch {
	case strings.HasPrefix(path, api.PathMakeAPI):
		return f.makeError()
	case f.body != nil:
		return f.body
	case strings.HasPrefix(path, "/configuration/"), strings.HasPrefix(path, "/site/"):
		return f.serviceError()
	}
	e := api.Error{Code: f.code, Status: f.phrase, Message: f.message, ResourceID: f.resourceID}
	for _, cause := range f.causes {
		e.Details = append(e.Details, cause.Message)
	}
	if e.Code == 0 {
		e.Code = f.status
	}
	if e.Status == "" {
		e.Status = http.StatusText(f.status)
	}
	return e
}

// makeError returns the failure as Make's API writes it: a general message, and what
// happened in detail.
func (f *failure) makeError() api.MakeError {
	e := api.MakeError{Detail: f.message, Message: http.StatusText(f.status), Code: fmt.Sprintf("SC%d", f.status)}
	switch {
	case f.status == http.StatusForbidden:
		e.Message = "Permission denied"
	case f.phrase == api.MakeDuplicate:
		e.Code = f.phrase
	}
	for _, cause := range f.causes {
		e.Suberrors = append(e.Suberrors, api.MakeSuberror{Message: cause.Message})
	}
	return e
}

func (f *failure) serviceError() api.ServiceError {
	phrase := strings.ToLower(http.StatusText(f.status))
	e := api.ServiceError{Status: f.status, Type: strings.ReplaceAll(phrase, " ", "_"), Message: f.message, MoreInfo: api.PathOpenAPI}
	for _, cause := range f.causes {
		cause.Type = cmp.Or(cause.Type, e.Type)
		e.Details = append(e.Details, cause)
	}
	return e
}

func tooLarge(largest int64) error {
	return &failure{status: http.StatusRequestEntityTooLarge, message: fmt.Sprintf("The body is larger than %s", size(largest))}
}

// size formats a number of bytes.
func size(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d KB", n>>10)
}

// wait refuses a request for a time.
func wait(until time.Duration, message string) error {
	seconds := strconv.FormatFloat(math.Ceil(until.Seconds()), 'f', -1, 64)
	return &failure{status: http.StatusTooManyRequests, message: message, header: http.Header{"Retry-After": {seconds}}}
}
