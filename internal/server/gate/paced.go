package gate

import (
	"net/http"
	"time"
)

const (
	// readPause and readRate limit the time that a body may take: the pause, and
	// a second for each readRate bytes of the largest body.
	readPause = 10 * time.Second
	readRate  = 256 << 10

	// writePause is how long a caller may take to accept writePiece bytes.
	writePause = 30 * time.Second
	writePiece = 256 << 10
)

// ReadTime is how long a body of at most so many bytes may take.
func ReadTime(largest int64) time.Duration {
	return readPause + time.Duration(largest/readRate)*time.Second
}

// ReadUntil limits the time in which the body of a request comes. It counts for
// what nobody reads, too: after the answer, the server reads the rest. Lift it
// once all has been read: then the server would take the end of the time for the
// caller's going away.
func ReadUntil(w http.ResponseWriter, until time.Time) (lift func()) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(until) // a recorder in a test has no connection
	return func() { _ = control.SetReadDeadline(time.Time{}) }
}

// Paced is a response that ends when its reader stands still. A reader that is
// only slow gets it all.
type Paced struct {
	http.ResponseWriter

	Now func() time.Time
}

// Write sends the bytes in pieces, each of which has its time.
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
