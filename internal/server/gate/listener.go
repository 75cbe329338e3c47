package gate

import (
	"container/list"
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// Connections limits the number of open connections. One more than the limit closes
// another one: among the connections without a request in progress, the oldest of
// the address that has the most. A caller that opens many therefore closes its own.
type Connections struct {
	most int

	mu     sync.Mutex
	open   *list.List // of *connection, the oldest first
	of     map[netip.Addr]int
	closed uint64
}

// NewConnections returns a limit of n connections.
func NewConnections(most int) *Connections {
	return &Connections{most: most, open: list.New(), of: map[netip.Addr]int{}}
}

// Limit returns a listener whose connections are limited.
func (l *Connections) Limit(listener net.Listener) net.Listener { return limited{listener, l} }

// Count returns how many connections are open, and how many the limit has closed
// since the start.
func (l *Connections) Count() (open int, closed uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open.Len(), l.closed
}

// limited is a listener whose connections are limited.
type limited struct {
	net.Listener

	limit *Connections
}

// connection is one that a limited listener has accepted.
type connection struct {
	net.Conn

	network netip.Addr
	working atomic.Int32 // requests in progress
	leave   func()
}

// Accept waits for a connection.
func (l limited) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &connection{Conn: accepted, network: network(hostOf(accepted.RemoteAddr().String()))}
	if surplus := l.limit.enter(c); surplus != nil {
		_ = surplus.Close()
	}
	return c, nil
}

// enter counts the connection, and returns the one to close, if any.
func (l *Connections) enter(c *connection) (surplus net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open.Len() >= l.most {
		surplus = l.surplus(c)
		l.closed++
	}
	element := l.open.PushBack(c)
	l.of[c.network]++
	c.leave = sync.OnceFunc(func() { l.remove(element) })
	return surplus
}

// surplus returns the connection to close for the new one: the new one itself if all
// others have requests in progress.
func (l *Connections) surplus(c *connection) net.Conn {
	found, most := c, 0
	for e := l.open.Front(); e != nil; e = e.Next() {
		other := e.Value.(*connection) //nolint:errcheck // the list holds nothing else
		if n := l.of[other.network]; n > most && other.working.Load() == 0 {
			found, most = other, n
		}
	}
	return found
}

func (l *Connections) remove(e *list.Element) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.open.Remove(e).(*connection) //nolint:errcheck // the list holds nothing else
	if l.of[c.network]--; l.of[c.network] == 0 {
		delete(l.of, c.network)
	}
}

// Close closes the connection.
func (c *connection) Close() error {
	c.leave()
	return c.Conn.Close()
}

type connectionKey struct{}

// ConnContext is for an http.Server whose listener is limited: it lets the requests
// of a connection find it.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	return context.WithValue(ctx, connectionKey{}, c)
}

// working notes that the request of the context is in progress, until done is called.
func working(ctx context.Context) (done func()) {
	c, ok := ctx.Value(connectionKey{}).(*connection)
	if !ok {
		return func() {}
	}
	c.working.Add(1)
	return func() { c.working.Add(-1) }
}
