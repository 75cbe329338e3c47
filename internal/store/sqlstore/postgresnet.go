package sqlstore

import (
	"context"
	"net"
	"sync"
	"time"
)

// postgresSilence is how long a server may say nothing while it is asked for
// something. It is longer than what a writer waits for the lock at a time.
const postgresSilence = 15 * time.Second

// dialPostgres connects to a server that may stand still, or be cut off, later.
func dialPostgres(ctx context.Context, network, address string) (net.Conn, error) {
	// A connection that nobody uses is given up within seconds, too.
	d := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3}}
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &patient{Conn: c, limit: postgresSilence}, nil
}

// patient is a connection whose every read and write ends within a limit, unless
// a deadline was set: also a commit and a rollback, which have no context that
// ends.
type patient struct {
	net.Conn

	limit time.Duration

	mu   sync.Mutex
	held bool // a deadline was set
}

// SetDeadline implements net.Conn.
func (p *patient) SetDeadline(t time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = !t.IsZero()
	return p.Conn.SetDeadline(t)
}

// Read implements net.Conn.
func (p *patient) Read(b []byte) (int, error) {
	if err := p.within(p.SetReadDeadline); err != nil {
		return 0, err
	}
	return p.Conn.Read(b)
}

// Write implements net.Conn.
func (p *patient) Write(b []byte) (int, error) {
	if err := p.within(p.SetWriteDeadline); err != nil {
		return 0, err
	}
	return p.Conn.Write(b)
}

func (p *patient) within(set func(time.Time) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held {
		return nil
	}
	return set(time.Now().Add(p.limit))
}
