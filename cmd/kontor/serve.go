package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"

	"kontor/pkg/admin"
	"kontor/pkg/api"
	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/config"
	"kontor/pkg/content"
	"kontor/pkg/demo"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/schemas"
)

func serveCommand(s *surroundings) *cobra.Command {
	return command("serve", "Answer over HTTP until a signal ends it", func(cmd *cobra.Command) error {
		c, err := s.config(cmd)
		if err != nil {
			return err
		}
		return serve(cmd.Context(), c, cmd.OutOrStdout(), newLog(c, cmd.ErrOrStderr()))
	})
}

// serve runs the server until ctx ends. What it opens it closes in the opposite order: requests first, then the work in the
// background, then the store, and the lock when nothing is left that another process could disturb. What people should see and no log
// should keep goes to out.
func serve(ctx context.Context, c config.Config, out io.Writer, log *slog.Logger) (err error) {
	for _, w := range c.Warnings {
		log.Warn(w)
	}
	lock, err := lockData(c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	opened, err := openStore(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	st := store.Track(context.WithoutCancel(ctx), opened, quiet()) // until it is closed: requests outlive ctx
	bl, err := openBlobs(ctx, c, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bl.Close()) }()
	files, err := openFiles(ctx, c, st, bl, log)
	if err != nil {
		return err
	}
	accounts, entries, err := services(ctx, c, st, files, log)
	if err != nil {
		return err
	}
	if c.Demo {
		if err := fillDemo(ctx, demo.Options{Store: st, Content: entries, Files: files, Auth: accounts, Today: time.Now(), Log: log}, out); err != nil {
			return err
		}
	}
	if err := needAccount(ctx, accounts, log); err != nil {
		return err
	}
	ui, err := admin.Files()
	if err != nil {
		return err
	}
	finder, jobs, err := openIndex(ctx, st, accounts, entries, soleServer(c), log)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("can't listen: %w", err)
	}
	log.Info("listening", "url", "http://"+l.Addr().String(), "data", c.Data, "version", version())
	stop := (&duty{config: c, store: st, accounts: accounts, entries: entries, finder: finder, jobs: jobs, log: log}).start(ctx)
	defer stop()
	return supervise(ctx, l, api.New(api.Options{
		Content: entries, Files: files, Auth: accounts, Index: finder, Admin: ui, Log: log, RequestTimeout: c.RequestTimeout, BodyLimit: int(c.BodyLimit), BaseURL: c.BaseURL, SiteURL: c.SiteURL,
		CacheSize: c.CacheSize, SharedMaxAge: c.SharedMaxAge, RateLimit: c.RateLimit, TokenRateLimit: c.TokenRateLimit, TrustedProxies: c.TrustedProxies, CORSOrigins: c.CORSOrigins,
	}), c.ShutdownTimeout, log)
}

// services makes what the server serves, with the content types in force.
func services(ctx context.Context, c config.Config, st *store.Tracked, files *asset.Service, log *slog.Logger) (*auth.Service, *content.Service, error) {
	types, err := loadTypes(c)
	if err != nil {
		return nil, nil, err
	}
	accounts, err := auth.New(ctx, st, auth.Options{Log: log})
	if err != nil {
		return nil, nil, err
	}
	entries, err := content.New(ctx, st, types, content.Options{
		Log: log, Meta: schemas.FS, Roles: accounts.Roles(), Files: files, Generation: st.Generation,
	})
	if err != nil {
		return nil, nil, err
	}
	if err := entries.Activate(ctx); err != nil {
		return nil, nil, err
	}
	return accounts, entries, nil
}

// needAccount says how to get in where nobody can.
func needAccount(ctx context.Context, accounts *auth.Service, log *slog.Logger) error {
	_, n, err := accounts.Accounts(ctx, query.Page{Count: true})
	if err == nil && n == 0 {
		log.Info("there is no account yet; make one with: kontor user add --email … --role admin")
	}
	return err
}

// loadTypes reads the content types that are shipped, or those of the directory that the settings name.
func loadTypes(c config.Config) (*schema.Set, error) {
	var files fs.FS = schemas.FS
	if c.Schemas != "" {
		if info, err := os.Stat(c.Schemas); err != nil {
			return nil, fmt.Errorf("the content types in %s can't be read: %w", c.Schemas, cause(err))
		} else if !info.IsDir() {
			return nil, fmt.Errorf("%s is not a directory of content types", c.Schemas)
		}
		files = os.DirFS(c.Schemas)
	}
	return schema.Load(files, schemas.FS)
}

// server is what supervise needs of one.
type server interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
}

// supervise answers on a listener until ctx ends, then lets running requests finish, for at most the patience.
func supervise(ctx context.Context, l net.Listener, s server, patience time.Duration, log *slog.Logger) error {
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	select {
	case err := <-ended:
		if err == nil {
			err = errors.New("it stopped by itself")
		}
		return fmt.Errorf("the server ended: %w", err)
	case <-ctx.Done():
	}
	log.Info("shutting down", "patience", patience.String())
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err := s.Shutdown(limit)
	_ = l.Close() // for a server that had not begun to serve when it was told to stop
	if err != nil {
		return fmt.Errorf("requests were still running after %v: %w", patience, err)
	}
	select {
	case <-ended: // what Serve returns after Shutdown says nothing more
		log.Info("shut down")
		return nil
	case <-limit.Done():
		return fmt.Errorf("the listener was still open after %v", patience)
	}
}

// newLog makes the one log of the process.
func newLog(c config.Config, w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == config.LogJSON {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
