package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/blob"
	"kontor/pkg/blob/fileblob"
	"kontor/pkg/blob/s3blob"
	"kontor/pkg/config"
	"kontor/pkg/content"
	"kontor/pkg/store"
	"kontor/pkg/store/mongostore"
	"kontor/pkg/store/sqlitestore"
	"kontor/schemas"
)

// databaseFile is the name of SQLite's file in the data directory.
const databaseFile = "kontor.db"

// openStore opens the store that the settings name, and makes the data directory.
func openStore(ctx context.Context, c config.Config) (store.Store, error) {
	if err := makeData(c.Data); err != nil {
		return nil, err
	}
	if c.Store != "" {
		st, err := mongostore.Open(ctx, c.Store, mongostore.Options{Quiet: quiet().Collections})
		if err != nil { // not the store alone: a nil of a driver is no nil of the port
			return nil, fmt.Errorf("the store at %s can't be opened: %w", mongostore.Redact(c.Store), err)
		}
		return st, nil
	}
	st, err := sqlitestore.Open(filepath.Join(c.Data, databaseFile), sqlitestore.Options{})
	if err != nil {
		return nil, fmt.Errorf("the store in %s can't be opened: %w", c.Data, err)
	}
	return st, nil
}

// filesDirectory is the name of the directory of uploaded files in the data directory.
const filesDirectory = "files"

// openBlobs opens the storage of bytes that the settings name, and makes the data directory.
func openBlobs(ctx context.Context, c config.Config, log *slog.Logger) (blob.Store, error) {
	if c.Blob == "" {
		if err := makeData(c.Data); err != nil {
			return nil, err
		}
		return fileblob.Open(filepath.Join(c.Data, filesDirectory))
	}
	a, err := s3blob.ParseAddress(c.Blob)
	if err == nil {
		err = a.Fits(c.UploadLimit)
	}
	if err != nil {
		return nil, fmt.Errorf("the address of the storage of files (blob) %w", err)
	}
	return s3blob.Open(ctx, a, s3blob.Options{Log: log})
}

// openFiles makes the service of uploaded files.
func openFiles(ctx context.Context, c config.Config, st store.Store, bl blob.Store, o asset.Options) (*asset.Service, error) {
	o.MaxBytes = c.UploadLimit
	return asset.New(ctx, st, bl, o)
}

// makeData makes the data directory, for its owner only: it holds what is not published, and password hashes.
func makeData(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the data directory %s can't be made: %w", dir, cause(err))
	}
	return nil
}

// cause is what the system said, without the path that the message has already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// withStore opens the store for a command, and closes it after the work.
func (s *surroundings) withStore(work func(cmd *cobra.Command, c config.Config, st store.Store) error) func(*cobra.Command) error {
	return func(cmd *cobra.Command) (err error) {
		c, err := s.config(cmd)
		if err != nil {
			return err
		}
		st, err := openStore(cmd.Context(), c)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, st.Close()) }()
		return work(cmd, c, st)
	}
}

// withAccounts opens what a command on accounts and tokens needs.
func (s *surroundings) withAccounts(work func(ctx context.Context, cmd *cobra.Command, service *auth.Service) error) func(*cobra.Command) error {
	return s.withStore(func(cmd *cobra.Command, _ config.Config, st store.Store) error {
		service, err := auth.New(cmd.Context(), st, auth.Options{})
		if err != nil {
			return err
		}
		return work(cmd.Context(), cmd, service)
	})
}

// withTypes opens what a command on the content types needs, without putting them in force.
func (s *surroundings) withTypes(work func(ctx context.Context, cmd *cobra.Command, entries *content.Service) error) func(*cobra.Command) error {
	return s.withStore(func(cmd *cobra.Command, c config.Config, st store.Store) (err error) {
		types, err := loadTypes(c)
		if err != nil {
			return err
		}
		bl, err := openBlobs(cmd.Context(), c, nil)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, bl.Close()) }()
		files, err := openFiles(cmd.Context(), c, st, bl, asset.Options{})
		if err != nil {
			return err
		}
		entries, err := content.New(cmd.Context(), st, types, content.Options{Meta: schemas.FS, Files: files})
		if err != nil {
			return err
		}
		return work(cmd.Context(), cmd, entries)
	})
}

// withEntries opens what a command on entries needs: the content types must be those in force, or become so without harm.
func (s *surroundings) withEntries(work func(ctx context.Context, cmd *cobra.Command, entries *content.Service) error) func(*cobra.Command) error {
	return s.withTypes(func(ctx context.Context, cmd *cobra.Command, entries *content.Service) error {
		if err := entries.Activate(ctx); err != nil {
			return err
		}
		return work(ctx, cmd, entries)
	})
}
