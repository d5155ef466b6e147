package sqlitestore

import (
	"path/filepath"
	"testing"
	"time"

	"kontor/pkg/store"
	"kontor/pkg/store/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Harness{
		Open: func(t *testing.T, dir string) store.Store {
			s, err := Open(filepath.Join(dir, "kontor.db"), Options{})
			if err != nil {
				t.Fatal(err)
			}
			return s
		},
		Notice: 50 * time.Millisecond,
	}.Run(t)
}
