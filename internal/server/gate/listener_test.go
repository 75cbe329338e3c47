package gate

import (
	"errors"
	"net"
	"testing"
)

// offered is a listener to which connections come from addresses.
type offered struct {
	net.Listener

	from []string
}

func (o *offered) Accept() (net.Conn, error) {
	if len(o.from) == 0 {
		return nil, net.ErrClosed
	}
	c := &fakeConn{from: o.from[0]}
	o.from = o.from[1:]
	return c, nil
}

type fakeConn struct {
	net.Conn

	from   string
	closed bool
}

func (c *fakeConn) RemoteAddr() net.Addr {
	a, err := net.ResolveTCPAddr("tcp", c.from+":1")
	if err != nil {
		panic(err)
	}
	return a
}

func (c *fakeConn) Close() error {
	c.closed = true
	return nil
}

// The oldest connection of who has the most goes, and none on which a request is
// worked on.
func TestLimit(t *testing.T) {
	t.Parallel()
	const many, few = "203.0.113.7", "198.51.100.20"
	for name, test := range map[string]struct {
		from    []string
		working []int // of them
		next    string
		gone    int // -1: the new one
	}{
		"the oldest":                {[]string{many, many, many}, nil, many, 0},
		"of who has the most":       {[]string{few, many, many}, nil, few, 1},
		"not one that is worked on": {[]string{many, many, few}, []int{0}, few, 1},
		"of another, then":          {[]string{many, few, many}, []int{0, 2}, many, 1},
		"none but the new one":      {[]string{many, many, few}, []int{0, 1, 2}, few, -1},
	} {
		limit := NewConnections(len(test.from))
		l := limit.Limit(&offered{from: append(test.from, test.next)})
		var all []net.Conn
		for range test.from {
			c, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, c)
		}
		for _, i := range test.working {
			defer working(ConnContext(t.Context(), all[i]))()
		}
		last, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range append(all, last) {
			inner := c.(*connection).Conn.(*fakeConn)
			if want := i == test.gone || i == len(all) && test.gone == -1; inner.closed != want {
				t.Errorf("%s: connection %d is closed: %t", name, i, inner.closed)
			}
		}
		if open, closed := limit.Count(); open != len(all) || closed != 1 {
			t.Errorf("%s: it counts %d open and %d closed", name, open, closed)
		}
	}
}

// A connection that ends makes room, once.
func TestLimit_closed(t *testing.T) {
	t.Parallel()
	limit := NewConnections(2)
	l := limit.Limit(&offered{from: []string{"203.0.113.7", "203.0.113.7", "203.0.113.7"}})
	first, _ := l.Accept()
	second, _ := l.Accept()
	if err := errors.Join(first.Close(), first.Close()); err != nil {
		t.Fatal(err)
	}
	third, _ := l.Accept()
	for name, c := range map[string]net.Conn{"second": second, "third": third} {
		if c.(*connection).Conn.(*fakeConn).closed {
			t.Errorf("the %s is closed", name)
		}
	}
	if open, closed := limit.Count(); len(limit.of) != 1 || open != 2 || closed != 0 {
		t.Errorf("it counts %v, %d open and %d closed", limit.of, open, closed)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
}
