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

// observer notes the response, for the log and the metrics.
type observer struct {
	http.ResponseWriter
	status  int
	sent    int64  // bytes of the body
	route   string // as the route table has it
	method  string // as the route table has it, or otherMethod
	tenant  string
	aborted bool // the response was aborted, or the caller left before it was complete
}

// WriteHeader notes the status of the response.
func (o *observer) WriteHeader(status int) {
	if o.status == 0 {
		o.status = status
	}
	o.ResponseWriter.WriteHeader(status)
}

// Write notes how much of the response was sent.
func (o *observer) Write(b []byte) (int, error) {
	n, err := o.ResponseWriter.Write(b)
	o.sent += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the writer below.
func (o *observer) Unwrap() http.ResponseWriter { return o.ResponseWriter }

var requestIDPattern = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,128}$`)

// observed gives every request an id, logs and counts it, and turns a panic into a 500, or
// aborts a response that has begun.
func (s *Server) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(api.HeaderRequestID)
		if !requestIDPattern.MatchString(id) {
			id = s.newID()
		}
		w.Header().Set(api.HeaderRequestID, id)
		o := &observer{ResponseWriter: gate.Paced{ResponseWriter: w, Now: time.Now}}
		start := s.now()
		s.figures.inFlight.Inc()
		defer func() {
			cause := recover()
			abort := cause == http.ErrAbortHandler //nolint:errorlint // the value itself is the signal
			if cause != nil && !abort {
				s.log.ErrorContext(r.Context(), "panic", append(identity(o, r), "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))...)
				if abort = o.status != 0; !abort {
					s.writeError(&call{w: o, r: r, ctx: r.Context()}, fmt.Errorf("panic: %v", cause))
				}
			}
			o.aborted = abort || r.Context().Err() != nil
			s.figures.inFlight.Dec()
			s.finish(r, o, s.now().Sub(start))
			if abort {
				panic(http.ErrAbortHandler)
			}
		}()
		next.ServeHTTP(o, r)
	})
}

// finish logs and counts a request.
func (s *Server) finish(r *http.Request, o *observer, took time.Duration) {
	fields := append(
		identity(o, r), "method", r.Method, "route", o.route, "tenant", o.tenant,
		"status", o.status, "bytes", o.sent, "duration", took,
	)
	if o.aborted {
		fields = append(fields, "aborted", true)
	}
	s.log.InfoContext(r.Context(), "request", fields...)
	s.figures.answered(o, took)
}

// handleHealth answers GET /healthz: the process runs.
func (s *Server) handleHealth(c *call) error {
	return c.write(http.StatusOK, map[string]string{"status": "ok"})
}

// readyLimit limits the check of the database.
const readyLimit = 2 * time.Second

// handleReady answers GET /readyz: the database can be read and written.
func (s *Server) handleReady(c *call) error {
	if s.draining.Load() {
		return &failure{status: http.StatusServiceUnavailable, message: "The backend is shutting down; it still answers requests."}
	}
	if err := s.ping(c.ctx); err != nil {
		return fmt.Errorf("%w: %w", unready(err), err)
	}
	return c.write(http.StatusOK, map[string]string{"status": "ready"})
}

// ping checks the database, once for all concurrent requests: any caller may send them.
func (s *Server) ping(ctx context.Context) error {
	_, err, _ := s.pings.Do("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyLimit)
		defer cancel()
		return nil, s.store.Ping(ctx)
	})
	return err //nolint:wrapcheck // handed on as it is
}

// unready returns the failure of a backend whose database does not answer.
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
