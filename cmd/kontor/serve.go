package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kontor/pkg/admin"
	"kontor/pkg/api"
	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/config"
	"kontor/pkg/content"
	"kontor/pkg/demo"
	"kontor/pkg/idempotency"
	"kontor/pkg/index"
	"kontor/pkg/query"
	"kontor/pkg/rate"
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
	st := store.Track(context.WithoutCancel(ctx), store.NewGuard(opened), index.Listening()) // until it is closed: requests outlive ctx
	bl, err := openBlobs(ctx, c, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bl.Close()) }()
	slots := rate.NewSlots(0)
	files, err := openFiles(ctx, c, st, bl, asset.Options{Log: log, Slots: slots})
	if err != nil {
		return err
	}
	accounts, entries, err := services(ctx, c, st, files, auth.Options{Log: log, Slots: slots})
	if err != nil {
		return err
	}
	if c.Demo {
		if err := fillDemo(rate.Patient(ctx), demo.Options{Store: st, Content: entries, Files: files, Auth: accounts, Today: time.Now(), Log: log}, out); err != nil {
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
	keys, err := idempotency.New(ctx, st, idempotency.Options{Log: log})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("can't listen: %w", err)
	}
	log.Info("listening", "url", "http://"+l.Addr().String(), "data", c.Data, "version", version())
	stop := (&duty{config: c, store: st, accounts: accounts, entries: entries, finder: finder, jobs: jobs, keys: keys, log: log}).start(ctx)
	defer stop()
	return supervise(ctx, l, api.New(api.Options{
		Content: entries, Files: files, Auth: accounts, Index: finder, Admin: ui, Idempotency: keys, Log: log, RequestTimeout: c.RequestTimeout, BodyLimit: int(c.BodyLimit), BaseURL: c.BaseURL, SiteURL: c.SiteURL,
		CacheSize: c.CacheSize, SharedMaxAge: c.SharedMaxAge, Slots: slots, RateLimit: c.RateLimit, TokenRateLimit: c.TokenRateLimit, TrustedProxies: c.TrustedProxies, CORSOrigins: c.CORSOrigins, ManageOrigins: c.ManageOrigins,
		MaxConnections: c.MaxConnections, MaxConnectionsPerAddress: c.MaxConnectionsPerAddress, Descriptors: maxDescriptors(),
		MaxUploads: c.MaxUploads, UploadRate: c.UploadRate,
	}), c.ShutdownTimeout, log)
}

// services makes what the server serves, with the content types in force.
func services(ctx context.Context, c config.Config, st *store.Tracked, files *asset.Service, o auth.Options) (*auth.Service, *content.Service, error) {
	types, err := loadTypes(c)
	if err != nil {
		return nil, nil, err
	}
	accounts, err := auth.New(ctx, st, o)
	if err != nil {
		return nil, nil, err
	}
	entries, err := content.New(ctx, st, types, content.Options{
		Log: o.Log, Meta: schemas.FS, Roles: accounts.Roles(), Actors: accounts.ActorNames, Files: files, Generation: st.Generation,
	})
	if err != nil {
		return nil, nil, err
	}
	if err := entries.Activate(ctx); err != nil {
		return nil, nil, err
	}
	return accounts, entries, nil
}

// needAccount logs how to make an account where there is none, and how to name those that have no name.
func needAccount(ctx context.Context, accounts *auth.Service, log *slog.Logger) error {
	_, n, err := accounts.Accounts(ctx, query.Page{Count: true})
	if err != nil {
		return err
	}
	if n == 0 {
		log.Info("there is no account yet; make one with: kontor user add --email … --name … --role admin")
		return nil
	}
	nameless, err := accounts.CountNameless(ctx)
	if err == nil && nameless > 0 {
		log.Info("accounts without a name appear in histories by user name or number; name them with: kontor user name --email … --name …",
			"accounts", nameless)
	}
	return err
}

// overShipped before the directory in the setting schemas lays its files over the shipped content
// types.
const overShipped = "shipped,"

// loadTypes reads the content types that are shipped, or those of the directory that the settings
// name: in the place of the shipped ones, or file by file over them.
func loadTypes(c config.Config) (*schema.Set, error) {
	dir, over := strings.CutPrefix(c.Schemas, overShipped)
	if c.Schemas == "" || c.Schemas == strings.TrimSuffix(overShipped, ",") {
		return schema.Load(schemas.FS, schemas.FS)
	}
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("the content types in %s can't be read: %w", dir, cause(err))
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s is not a directory of content types", dir)
	}
	if over {
		return schema.Load(schema.Overlay(os.DirFS(dir), schemas.FS), schemas.FS)
	}
	return schema.Load(os.DirFS(dir), schemas.FS)
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
