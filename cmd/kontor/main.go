// Command kontor is the whole of Kontor: the server and the tools beside it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // local times need zones also where the system has none, as in a bare container
)

func main() { os.Exit(start()) }

// start runs the command until it ends or a signal ends it. After the first signal a second one kills.
func start() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ())
}
