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

// Limit returns a listener with so many connections at a time. When one more
// comes, another has to go: of those on which no request is worked on, the oldest
// of the address that has the most. So whoever opens many pushes out its own.
func Limit(l net.Listener, connections int) net.Listener {
	return &limited{Listener: l, most: connections, open: list.New(), of: map[netip.Addr]int{}}
}

type limited struct {
	net.Listener

	most int

	mu   sync.Mutex
	open *list.List // of *connection, the oldest first
	of   map[netip.Addr]int
}

// connection is one that a limited listener has accepted.
type connection struct {
	net.Conn

	network netip.Addr
	working atomic.Int32 // requests on it that are worked on
	leave   func()
}

// Accept waits for a connection.
func (l *limited) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &connection{Conn: accepted, network: network(hostOf(accepted.RemoteAddr().String()))}
	if surplus := l.enter(c); surplus != nil {
		_ = surplus.Close()
	}
	return c, nil
}

// enter counts the connection, and returns the one that has to go.
func (l *limited) enter(c *connection) (surplus net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open.Len() >= l.most {
		surplus = l.surplus(c)
	}
	element := l.open.PushBack(c)
	l.of[c.network]++
	c.leave = sync.OnceFunc(func() { l.remove(element) })
	return surplus
}

// surplus is what has to go for the new connection: the new one itself, when all
// others are worked on.
func (l *limited) surplus(c *connection) net.Conn {
	found, most := c, 0
	for e := l.open.Front(); e != nil; e = e.Next() {
		other := e.Value.(*connection) //nolint:errcheck // the list holds nothing else
		if n := l.of[other.network]; n > most && other.working.Load() == 0 {
			found, most = other, n
		}
	}
	return found
}

func (l *limited) remove(e *list.Element) {
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

// ConnContext is that of an http.Server whose listener is limited: the requests
// of a connection know it.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	return context.WithValue(ctx, connectionKey{}, c)
}

// working notes that a request of the context is worked on, until done.
func working(ctx context.Context) (done func()) {
	c, ok := ctx.Value(connectionKey{}).(*connection)
	if !ok {
		return func() {}
	}
	c.working.Add(1)
	return func() { c.working.Add(-1) }
}
