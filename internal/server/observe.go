package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"runtime/debug"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/gate"
)

// observer notes what was answered, for the log.
type observer struct {
	http.ResponseWriter
	status int
	route  string
	tenant string
}

// WriteHeader notes the status of the answer.
func (o *observer) WriteHeader(status int) {
	if o.status == 0 {
		o.status = status
	}
	o.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the writer below.
func (o *observer) Unwrap() http.ResponseWriter { return o.ResponseWriter }

var requestIDPattern = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,128}$`)

// observed gives every request an id, logs it, and turns a panic into a 500.
func (s *Server) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(api.HeaderRequestID)
		if !requestIDPattern.MatchString(id) {
			id = s.newID()
		}
		w.Header().Set(api.HeaderRequestID, id)
		o := &observer{ResponseWriter: gate.Paced{ResponseWriter: w, Now: time.Now}}
		start := s.now()
		defer func() {
			cause := recover()
			if cause == http.ErrAbortHandler { //nolint:errorlint // the value itself is the signal
				panic(cause)
			}
			if cause != nil {
				s.log.ErrorContext(r.Context(), "panic", "request_id", id, "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
				s.writeError(&call{w: o, r: r, ctx: r.Context()}, fmt.Errorf("panic: %v", cause))
			}
			s.log.InfoContext(r.Context(), "request", "request_id", id, "method", r.Method, "route", o.route, "tenant", o.tenant, "status", o.status, "duration", s.now().Sub(start))
		}()
		next.ServeHTTP(o, r)
	})
}

// handleHealth answers GET /healthz: the process runs.
func (s *Server) handleHealth(c *call) error {
	return c.write(http.StatusOK, map[string]string{"status": "ok"})
}

// readyLimit is how long the database may take to show that it is ready.
const readyLimit = 2 * time.Second

// handleReady answers GET /readyz: the database can be read and written.
func (s *Server) handleReady(c *call) error {
	if s.draining.Load() {
		return &failure{status: http.StatusServiceUnavailable, message: "The backend is about to end; it still answers requests."}
	}
	if err := s.ping(c.ctx); err != nil {
		return fmt.Errorf("%w: %w", unready(err), err)
	}
	return c.write(http.StatusOK, map[string]string{"status": "ready"})
}

// ping asks the database whether it is ready, once for all who ask at a time:
// anybody may ask.
func (s *Server) ping(ctx context.Context) error {
	_, err, _ := s.pings.Do("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyLimit)
		defer cancel()
		return nil, s.store.Ping(ctx)
	})
	return err //nolint:wrapcheck // handed on as it is
}

// unready is the failure of a backend that has nobody to send requests to.
func unready(err error) error {
	f := &failure{message: "The backend's database cannot be read; the backend's log has the cause."}
	if known := storeFailure(err); known != nil {
		f.message = known.message
	} else if errors.Is(err, context.DeadlineExceeded) {
		f.message = fmt.Sprintf("The backend's database did not answer within %s.", readyLimit)
	}
	f.status = http.StatusServiceUnavailable
	return f
}
