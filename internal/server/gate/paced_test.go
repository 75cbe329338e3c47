package gate_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/server/gate"
)

// timed notes the deadlines that are set, relative to the start.
type timed struct {
	*httptest.ResponseRecorder

	start time.Time
	read  []time.Duration
	write []time.Duration
	sizes []int
}

func (w *timed) SetReadDeadline(at time.Time) error {
	if at.IsZero() {
		w.read = append(w.read, 0)
		return nil
	}
	w.read = append(w.read, at.Sub(w.start))
	return nil
}

func (w *timed) SetWriteDeadline(at time.Time) error {
	w.write = append(w.write, at.Sub(w.start))
	return nil
}

func (w *timed) Write(b []byte) (int, error) {
	w.sizes = append(w.sizes, len(b))
	return w.ResponseRecorder.Write(b)
}

// Each piece of an answer has half a minute of its own, however long it all takes.
func TestPaced(t *testing.T) {
	t.Parallel()
	w := &timed{ResponseRecorder: httptest.NewRecorder(), start: time.Unix(1_800_000_000, 0)}
	now := w.start
	paced := gate.Paced{ResponseWriter: w, Now: func() time.Time {
		now = now.Add(time.Second) // that long took the piece before
		return now
	}}
	text := strings.Repeat("x", 600<<10)
	if n, err := paced.Write([]byte(text)); n != len(text) || err != nil || w.Body.String() != text {
		t.Fatalf("wrote %d: %v", n, err)
	}
	if len(w.sizes) != 3 || w.sizes[0] != 256<<10 || w.sizes[2] != 88<<10 {
		t.Errorf("pieces of %v", w.sizes)
	}
	for i, limit := range w.write {
		if want := 30*time.Second + time.Duration(i+1)*time.Second; limit != want {
			t.Errorf("piece %d has until %s, want %s", i, limit, want)
		}
	}
	if n, err := paced.Write(nil); n != 0 || err != nil {
		t.Errorf("nothing: %d %v", n, err)
	}
}

// A body has ten seconds and what a slow line needs; then there is no limit, or
// the work after it would be broken off.
func TestReadUntil(t *testing.T) {
	t.Parallel()
	for largest, want := range map[int64]time.Duration{8 << 10: 10 * time.Second, 10 << 20: 50 * time.Second} {
		w := &timed{ResponseRecorder: httptest.NewRecorder(), start: time.Unix(1_800_000_000, 0)}
		gate.ReadUntil(w, w.start.Add(gate.ReadTime(largest)))()
		if len(w.read) != 2 || w.read[0] != want || w.read[1] != 0 {
			t.Errorf("%d bytes: %v", largest, w.read)
		}
	}
}
