// Package asset is files: their bytes in the blob port, and a record of each in the store that says what it is called, what it is, whose
// it is and what people should know of it.
//
// The bytes lie under "file/<key>", those of later editions under "edition/<key>/<token>", and what is made of an image (its variants,
// and the image without metadata for the public) under "image/<key>/…"; none of them ever changes. Bytes are written first, the
// record second: a record without bytes cannot be, and bytes without a record, which a crash leaves behind, are swept after a day. So
// is a file that was deleted, unless an entry uses it by then.
// What a file is (its media type) is found by looking at its bytes while they stream through; its name only decides which of the
// formats inside a container it is, such as a Word document in a ZIP archive whose first bytes do not tell.
//
// Who may read the bytes depends on the entries that use a file, so it is decided in content.
package asset

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/semaphore"

	"kontor/pkg/asset/rendition"
	"kontor/pkg/blob"
	"kontor/pkg/fault"
	"kontor/pkg/rate"
	"kontor/pkg/store"
)

// The collections of the package. What they hold lies in the meta part.
const (
	files    = "_files"         // by the file's key
	counters = "_file-counters" // of the numeric ids
)

// ShownCollections are those of which the public sees something, once an entry refers to it: what
// files are called, and that they exist.
func ShownCollections() []string { return []string{files} }

// DefaultMaxBytes is the longest file where nobody set another limit.
const DefaultMaxBytes = 2 << 30

// originalsAtOnce is how many images are held in memory at once to make variants of.
const originalsAtOnce = 2

// Options are what a Service can be given; the zero value is ready for use.
type Options struct {
	Now      func() time.Time // the clock; time.Now if nil
	Log      *slog.Logger     // nil discards
	MaxBytes int64            // the longest file; DefaultMaxBytes if 0
	Slots    *rate.Slots      // what making variants shares with other heavy work; nil: nothing
	Image    rendition.Limits // of images; a zero field is the package's own choice, which is smaller than rendition's
}

// Service is the files of one store and one blob storage. It is safe for use by many goroutines, and any number of processes may work
// on both at once.
type Service struct {
	store   store.Store
	blobs   blob.Store
	now     func() time.Time
	log     *slog.Logger
	most    int64
	image   rendition.Limits
	numbers store.Numbers

	slots     *rate.Slots
	originals *semaphore.Weighted // images that are held
	pixels    *semaphore.Weighted // bytes that decoding takes
}

// New makes the service and its collections.
func New(ctx context.Context, st store.Store, bl blob.Store, o Options) (*Service, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	for _, c := range []store.Collection{
		{Name: files, Many: []string{"meta.variants", "meta.editions"}, Indexes: [][]string{{"meta.id"}, {"meta.sort.name"}, {"meta.createdAt"}, {"meta.createdBy", "meta.id"}, {"meta.deletedAt"}, {"meta." + pendingFact}}},
		{Name: counters},
	} {
		if err := st.Ensure(ctx, c); err != nil {
			return nil, fmt.Errorf("collection %s: %w", c.Name, err)
		}
	}
	image := rendition.Limits{
		Bytes: cmp.Or(o.Image.Bytes, 48<<20), Pixels: cmp.Or(o.Image.Pixels, 100_000_000), Memory: cmp.Or(o.Image.Memory, 256<<20),
	}
	return &Service{
		store: st, blobs: bl, now: o.Now, log: o.Log, most: cmp.Or(o.MaxBytes, DefaultMaxBytes), image: image,
		numbers: store.Numbers{Store: st, Collection: counters},
		slots:   o.Slots, originals: semaphore.NewWeighted(originalsAtOnce), pixels: semaphore.NewWeighted(image.Memory),
	}, nil
}

// MaxBytes is the longest file that is taken.
func (s *Service) MaxBytes() int64 { return s.most }

// Ping tells whether the bytes can be reached.
func (s *Service) Ping(ctx context.Context) error { return s.blobs.Ping(ctx) }

func notFound() error { return fault.New(fault.NotFound, "Not Found") }
