package mongostore

import (
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"kontor/pkg/store/storetest"
)

// wire stands between a store and its server, and breaks what goes through.
type wire struct {
	t      *testing.T
	server string
	addr   string

	mu    sync.Mutex
	l     net.Listener
	conns map[net.Conn]bool
	stall bool              // nothing comes through either way
	lose  func(string) bool // of a command's bytes: its answer is lost, with the connection
	lost  int
}

// newWire gives a wire and the address of the server by way of it.
func newWire(t *testing.T, dir string) (*wire, string) {
	t.Helper()
	uri := storetest.MongoAddress(t, dir)
	c, err := connstring.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{t: t, server: c.Hosts[0], conns: map[net.Conn]bool{}}
	w.listen("127.0.0.1:0")
	t.Cleanup(w.cut)
	user := ""
	if at := strings.LastIndex(uri, "@"); at >= 0 {
		user = strings.TrimPrefix(uri[:at+1], c.Scheme+"://")
	}
	// Direct: the members of a replica set would else be asked by their own names.
	return w, "mongodb://" + user + w.addr + "/" + c.Database + "?directConnection=true"
}

func (w *wire) listen(addr string) {
	w.t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	w.l, w.addr = l, l.Addr().String()
	w.mu.Unlock()
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go w.carry(client)
		}
	}()
}

// cut closes the listener and every connection: the server is away, as when its process is killed.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.l.Close()
	for c := range w.conns {
		_ = c.Close()
	}
}

// mend listens again where it did.
func (w *wire) mend() { w.listen(w.addr) }

// stop lets nothing through until go on: the server's machine is cut off, and no connection learns of it.
func (w *wire) stop(stall bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stall = stall
}

// losing loses the answers of the next n commands that hold a text.
func (w *wire) losing(n int, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost = 0
	w.lose = func(message string) bool { return w.lost < n && strings.Contains(message, text) }
}

func (w *wire) carry(client net.Conn) {
	server, err := net.Dial("tcp", w.server)
	if err != nil {
		_ = client.Close()
		return
	}
	w.mu.Lock()
	w.conns[client], w.conns[server] = true, true
	w.mu.Unlock()
	losing := make(chan bool, 1) // filled: the next answer is lost
	closing := func() { _, _ = client.Close(), server.Close() }
	go func() {
		defer closing()
		for w.pass(client, server, func(message string) bool {
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.lose != nil && w.lose(message) {
				w.lost++
				losing <- true
			}
			return true
		}) {
		}
	}()
	defer closing()
	for w.pass(server, client, func(string) bool { return len(losing) == 0 }) {
	}
}

// pass brings one message over, unless keep says no.
func (w *wire) pass(from, to net.Conn, keep func(message string) bool) bool {
	head := make([]byte, 4)
	if _, err := io.ReadFull(from, head); err != nil {
		return false
	}
	message := make([]byte, binary.LittleEndian.Uint32(head))
	copy(message, head)
	if _, err := io.ReadFull(from, message[4:]); err != nil {
		return false
	}
	for w.stalled() {
		time.Sleep(5 * time.Millisecond)
	}
	if !keep(string(message)) {
		return false
	}
	_, err := to.Write(message)
	return err == nil
}

func (w *wire) stalled() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stall
}
