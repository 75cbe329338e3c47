package sqlstore

import (
	"context"
	"net"
	"sync"
	"time"
)

// postgresSilence is how long a server may take to respond. It is longer than a
// writer's lock timeout.
const postgresSilence = 15 * time.Second

// dialPostgres connects to a server that may hang or become unreachable later.
func dialPostgres(ctx context.Context, network, address string) (net.Conn, error) {
	// Keep-alives close a dead idle connection within seconds as well.
	d := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3}}
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &timeoutConn{Conn: c, limit: postgresSilence}, nil
}

// timeoutConn is a connection whose every read and write times out, unless a
// deadline is set. That includes commits and rollbacks, which have no context
// that ends.
type timeoutConn struct {
	net.Conn

	limit time.Duration

	mu   sync.Mutex
	held bool // a deadline is set
}

// SetDeadline implements net.Conn.
func (p *timeoutConn) SetDeadline(t time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = !t.IsZero()
	return p.Conn.SetDeadline(t)
}

// Read implements net.Conn.
func (p *timeoutConn) Read(b []byte) (int, error) {
	if err := p.within(p.SetReadDeadline); err != nil {
		return 0, err
	}
	return p.Conn.Read(b)
}

// Write implements net.Conn.
func (p *timeoutConn) Write(b []byte) (int, error) {
	if err := p.within(p.SetWriteDeadline); err != nil {
		return 0, err
	}
	return p.Conn.Write(b)
}

func (p *timeoutConn) within(set func(time.Time) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held {
		return nil
	}
	return set(time.Now().Add(p.limit))
}
