package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

// TestWordingOfSockets holds that the same failure of a real connection has the same
// words each time, though our own port is another one.
func TestWordingOfSockets(t *testing.T) {
	t.Parallel()
	// Nobody listens where somebody did a moment ago.
	gone := listen(t, func(net.Conn) {})
	gone.Close()
	for name, tt := range map[string]struct{ address, want string }{
		"refused":             {gone.Addr().String(), "dial: connection refused"},
		"reset at the head":   {listen(t, resetSocket("")).Addr().String(), "connection reset by peer"},
		"reset in the middle": {listen(t, resetSocket(ok+"Content-Length: 8\r\n\r\nbody")).Addr().String(), "connection reset by peer"},
		"no resolver":         {"somewhere.example", "lookup somewhere.example: read: connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 2 {
				transport := network(Options{}.withDefaults())
				transport.Proxy = nil
				transport.DialContext = (&net.Dialer{Resolver: nobody()}).DialContext
				err := post(t.Context(), New(Options{Transport: transport}), "http://"+tt.address+"/x")
				transport.CloseIdleConnections()
				if e := wantKind(t, err, KindNetwork); e.Text != tt.want {
					t.Errorf("got %q, want %q", e.Text, tt.want)
				}
			}
		})
	}
}

// nobody is a resolver that asks a port of this machine at which nobody is.
func nobody() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, "127.0.0.1:1")
	}}
}

// TestWording tells how failures are worded that are not made up easily.
func TestWording(t *testing.T) {
	t.Parallel()
	ours := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 34692}
	theirs := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80}
	refused := os.NewSyscallError("connect", syscall.ECONNREFUSED)
	for want, err := range map[string]error{
		"broken pipe":                            &net.OpError{Op: "write", Net: "tcp", Source: ours, Addr: theirs, Err: os.NewSyscallError("write", syscall.EPIPE)},
		"use of closed connection":               fmt.Errorf("transport: %w", &net.OpError{Op: "read", Net: "tcp", Source: ours, Err: errors.New("use of closed connection")}),
		"proxyconnect: dial: connection refused": &net.OpError{Op: "proxyconnect", Net: "tcp", Err: &net.OpError{Op: "dial", Net: "tcp", Addr: theirs, Err: refused}},
		"remote error: bad certificate":          &net.OpError{Op: "remote error", Err: errors.New("bad certificate")},
		"lookup h: no such host":                 &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "h", Server: "127.0.0.53:53", IsNotFound: true}},
		"lookup h: server misbehaving":           &net.DNSError{Err: "server misbehaving", Name: "h", Server: "10.0.0.1:53"},
		"lookup h: read: no route":               &net.DNSError{Err: "read udp 10.0.0.2:41234->10.0.0.1:53: read: no route", Name: "h"},
		"connection refused":                     refused,
		"stream error: INTERNAL_ERROR":           errors.New("stream error: stream ID 17; INTERNAL_ERROR"),
		`GOAWAY; ErrCode=NO_ERROR, debug=""`:     errors.New(`GOAWAY; LastStreamID=31, ErrCode=NO_ERROR, debug=""`),
		"unexpected EOF":                         io.ErrUnexpectedEOF,
	} {
		if got := wording(err); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// listen is a server on loopback that talks to each connection once its request came.
func listen(t *testing.T, talk func(net.Conn)) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			talk(conn)
		}
	}()
	return l
}

// resetSocket says text and has the connection reset.
func resetSocket(text string) func(net.Conn) {
	return func(conn net.Conn) {
		if hear(conn) {
			_, _ = io.WriteString(conn, text)
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		conn.Close()
	}
}

// TestBrief: parts that are nothing are left out, and no others.
func TestBrief(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		20 * time.Second: "20s", 10 * time.Minute: "10m", 90 * time.Second: "1m30s", time.Hour: "1h", 90 * time.Minute: "1h30m", time.Hour + time.Second: "1h0m1s",
	} {
		if got := Brief(d); got != want {
			t.Errorf("%s: %s, want %s", d, got, want)
		}
	}
}
