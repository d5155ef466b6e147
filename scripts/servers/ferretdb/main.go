// Command ferretdb is FerretDB on SQLite as a program of its own, for the tests of the MongoDB driver.
//
// It prints the address that it answers on as one line and ends when its standard input does, or on SIGTERM: whoever starts it
// holds the other end of the pipe, so it never outlives a test that was killed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "ferretdb:", err)
		os.Exit(1)
	}
}

func run() error {
	data := flag.String("data", "", "directory of the databases")
	addr := flag.String("addr", "127.0.0.1:0", "where to listen")
	flag.Parse()
	if *data == "" || flag.NArg() > 0 {
		return errors.New("wants --data DIR, and no more than --addr HOST:PORT beside it")
	}
	dir, err := filepath.Abs(*data)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	f, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Logger:   slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Handler:  "sqlite",
		// The slash at the end is wanted. What a test has written need not survive the machine.
		SQLiteURL: "file:" + filepath.ToSlash(dir) + "/?_pragma=synchronous(off)",
	})
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx) }()
	behind, err := url.Parse(f.MongoDBURI()) // waits for Run to listen
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	go (&turnstile{behind: behind.Host}).serve(l)
	fmt.Printf("mongodb://%s/\n", l.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	return <-ended
}
