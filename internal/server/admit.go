package server

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/server/gate"
)

const (
	// maxBody is the largest request body, in bytes, as the platform documents it.
	maxBody = 10 << 20
	// maxTokenBody is the largest body of a request without a token, in bytes.
	maxTokenBody = 8 << 10
	// smallBody is how much of a body is read before its memory is reserved.
	smallBody = 64 << 10
	// bodyCost is how many copies of a body a request has in memory: bytes, members,
	// document, event and statement.
	bodyCost = 6

	// The default limits.
	defaultRequests = 128
	defaultMemory   = 96 << 20
)

// admitted reads the body, waits for a place and calls the handler.
func (s *Server) admitted(c *call, largest int64, handle func(*call) error) error {
	defer c.free()
	if err := s.receive(c, largest); err != nil {
		return err
	}
	leave, err := s.room.Enter(c.ctx)
	if err != nil {
		return c.busy(err, refusedPlace)
	}
	c.leave = sync.OnceFunc(leave)
	return handle(c)
}

// receive reads the body of the request.
func (s *Server) receive(c *call, largest int64) error {
	switch n := c.r.ContentLength; { // unknown if negative
	case n == 0:
		return nil
	case n > largest:
		return tooLarge(largest)
	}
	lift := s.readWithin(c, largest)
	var body bytes.Buffer
	limited := http.MaxBytesReader(c.w, c.r.Body, largest)
	n, err := io.CopyN(&body, limited, smallBody)
	if err == nil && n == smallBody {
		size := largest
		if c.r.ContentLength > 0 {
			size = c.r.ContentLength
		}
		if err := c.reserve(size * bodyCost); err != nil {
			_, _ = io.Copy(io.Discard, limited) // a caller that still sends would not see the response
			return err
		}
		body.Grow(int(size - n))
		_, err = body.ReadFrom(limited)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if err == nil {
		lift()
	}
	c.body = body.Bytes()
	return unread(err, largest)
}

// readWithin limits the time for the body of the request.
func (s *Server) readWithin(c *call, largest int64) (lift func()) {
	return gate.ReadUntil(c.w, time.Now().Add(cmp.Or(s.bodyTime, gate.ReadTime(largest))))
}

// unread returns the failure for a body that could not be read.
func unread(err error, largest int64) error {
	var over *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &over):
		return tooLarge(largest)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &failure{status: http.StatusRequestTimeout, message: "The body came too slowly"}
	}
	return badRequest("The body could not be read")
}

// reserve waits for memory, which the call holds until its response is sent.
func (c *call) reserve(n int64) error {
	free, err := c.room.Reserve(c.ctx, n)
	if err != nil {
		return c.busy(err, refusedMemory)
	}
	c.held = append(c.held, free)
	return nil
}

// rest releases the place among the requests in progress: from here on, the speed of the
// caller counts.
func (c *call) rest() {
	if c.leave != nil {
		c.leave()
	}
}

// free releases all that the call holds.
func (c *call) free() {
	c.rest()
	for _, give := range c.held {
		give()
	}
	c.held = nil
}

// busy asks the caller to retry.
func (c *call) busy(err error, lacking string) error {
	if !errors.Is(err, gate.ErrBusy) {
		return err
	}
	c.figures.refused[lacking].Inc()
	return wait(time.Second, "The backend has too many requests in progress; nothing was changed. Try again.")
}

// checkGone returns an error if the caller went away.
func (c *call) checkGone() error {
	if err := c.ctx.Err(); err != nil {
		return fmt.Errorf("the caller went away: %w", context.Cause(c.ctx))
	}
	return nil
}
