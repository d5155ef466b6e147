package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
)

// maxMessage is MongoDB's own limit of a message.
const maxMessage = 48_000_000

// turnstile lets one command at a time through to the server behind it. FerretDB looks for what an update hits and writes it in two
// steps, between which others may write, so that of two writers who want the same revision both win. MongoDB does it in one.
type turnstile struct {
	behind string
	mu     sync.Mutex
}

func (t *turnstile) serve(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			server, err := net.Dial("tcp", t.behind)
			if err != nil {
				return
			}
			defer server.Close()
			for t.pass(c, server) == nil {
			}
		}()
	}
}

// pass brings one message to the server and its answer back. Both sides of the protocol take turns: the server offers neither
// answers without a question nor questions without an answer to clients that do not ask for them.
func (t *turnstile) pass(client, server net.Conn) error {
	question, err := read(client)
	if err != nil {
		return err
	}
	answer, err := t.ask(server, question)
	if err == nil {
		_, err = client.Write(answer)
	}
	return err
}

func (t *turnstile) ask(server net.Conn, question []byte) ([]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, err := server.Write(question); err != nil {
		return nil, err
	}
	return read(server)
}

// read takes one message, which starts with its length.
func read(c net.Conn) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(c, head[:]); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(head[:])
	if n < 16 || n > maxMessage {
		return nil, fmt.Errorf("a message of %d bytes", n)
	}
	message := make([]byte, n)
	copy(message, head[:])
	_, err := io.ReadFull(c, message[4:])
	return message, err
}
