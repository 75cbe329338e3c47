package server

import (
	"context"
	"errors"
	"net/http"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// writeError responds with the error document. Causes other than the caller's are logged
// and not shown, except those that the operator can fix, who is often the caller. A
// response that has begun is aborted.
func (s *Server) writeError(c *call, err error) {
	var begun brokenOff
	if errors.As(err, &begun) {
		if c.ctx.Err() == nil {
			s.logFailure(c, err)
		}
		panic(http.ErrAbortHandler)
	}
	var f *failure
	known := storeFailure(err)
	switch {
	case errors.As(err, &f):
	case errors.Is(err, context.Canceled):
		// The caller went away. A proxy that still reads must not take it for success.
		f = &failure{status: http.StatusServiceUnavailable, message: "The request was canceled."}
	case known != nil:
		f = known
	case errors.Is(err, store.ErrInvalid):
		f = &failure{status: http.StatusBadRequest, message: "A text cannot be stored", causes: messages(err.Error())}
	case errors.Is(err, store.ErrConflict):
		f = &failure{status: http.StatusConflict, message: "The object was changed by someone else meanwhile; nothing was changed. Try again."}
	default:
		f = &failure{status: http.StatusInternalServerError, message: "Internal error; the backend's log has the cause under this request id.", causes: messages(c.w.Header().Get(api.HeaderRequestID))}
	}
	if f.status >= http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
		s.logFailure(c, err)
	}
	for name, values := range f.header {
		c.w.Header()[name] = values
	}
	_ = c.write(f.status, f.document(c.r.URL.Path)) // encoding these documents cannot fail
}

// logFailure logs a cause that is not shown to the caller.
func (s *Server) logFailure(c *call, err error) {
	s.log.ErrorContext(c.ctx, "request failed", append(identity(c.w, c.r), "method", c.r.Method, "path", c.r.URL.Path, "cause", err.Error())...)
}

// identity returns the fields that identify a request in the log: its id and the id of
// its caller's trace, if any.
func identity(w http.ResponseWriter, r *http.Request) []any {
	fields := []any{"request_id", w.Header().Get(api.HeaderRequestID)}
	if parents := r.Header.Values(api.HeaderTraceparent); len(parents) == 1 { // several are ambiguous
		if trace, err := api.ParseTrace(parents[0], ""); err == nil {
			fields = append(fields, "trace_id", trace.ID())
		}
	}
	return fields
}
