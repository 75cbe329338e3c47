package gate

import (
	"net/http"
	"time"
)

const (
	// readPause and readRate limit the time for a body: the pause, and a second for
	// each readRate bytes of the largest body.
	readPause = 10 * time.Second
	readRate  = 256 << 10

	// writePause is how long a caller may take to read writePiece bytes.
	writePause = 30 * time.Second
	writePiece = 256 << 10
)

// ReadTime returns how long a body of at most n bytes may take.
func ReadTime(largest int64) time.Duration {
	return readPause + time.Duration(largest/readRate)*time.Second
}

// ReadUntil limits the time for the body of a request, even if no handler reads it:
// after the response, the server reads the rest. Lift the limit once the body is
// read: otherwise the server takes its end for a caller that went away.
func ReadUntil(w http.ResponseWriter, until time.Time) (lift func()) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(until) // a recorder in a test has no connection
	return func() { _ = control.SetReadDeadline(time.Time{}) }
}

// Paced is a response that ends if its reader stalls. A slow reader gets all of it.
type Paced struct {
	http.ResponseWriter

	Now func() time.Time
}

// Write sends the bytes in pieces, each with a time limit of its own.
func (p Paced) Write(b []byte) (int, error) {
	control, sent := http.NewResponseController(p.ResponseWriter), 0
	for {
		piece := b[sent:min(len(b), sent+writePiece)]
		_ = control.SetWriteDeadline(p.Now().Add(writePause))
		n, err := p.ResponseWriter.Write(piece)
		if sent += n; err != nil || sent == len(b) {
			return sent, err
		}
	}
}

// Unwrap lets http.ResponseController reach the writer below.
func (p Paced) Unwrap() http.ResponseWriter { return p.ResponseWriter }
