package mongostore

import (
	"context"
	"errors"
	"regexp"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"kontor/pkg/fault"
)

// Options tune a Store; the zero value is good.
type Options struct {
	// Patience is how long a call waits for a server that is away, and a connection for an answer to its greeting; 0 means 400 ms, so
	// that whoever asks is told within two seconds. The address may say otherwise (serverSelectionTimeoutMS, connectTimeoutMS).
	Patience time.Duration

	// Start is how long Open waits for the server; 0 means 5 s.
	Start time.Duration
}

// DefaultDatabase is the database where the address names none.
const DefaultDatabase = "kontor"

// The oldest server: MongoDB 5.0 by the number of its protocol.
const (
	oldestWire = 13
	oldest     = "5.0"
)

// server is what the server said of itself.
type server struct {
	replicas bool   // a member of a replica set, which numbers its writes and offers change streams
	version  string // of its program
}

// Open connects to the server that the address names ("mongodb://user:password@host/database?replicaSet=…"). Invalid for an address
// that is none and for a server that is too old, Unavailable for one that does not answer or does not let Kontor in; the message
// says what to do.
func Open(ctx context.Context, address string, opts Options) (*Store, error) {
	if opts.Patience <= 0 {
		opts.Patience = 400 * time.Millisecond
	}
	if opts.Start <= 0 {
		opts.Start = 5 * time.Second
	}
	name, err := CheckAddress(address)
	if err != nil {
		return nil, err
	}
	client, err := mongo.Connect(settings(address, opts))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "The address of the database is not right")
	}
	s := &Store{client: client, db: client.Database(name), collections: map[string]*collection{}, stop: make(chan struct{})}
	if err := s.greet(ctx, opts.Start); err != nil {
		_ = client.Disconnect(context.WithoutCancel(ctx))
		return nil, err
	}
	return s, nil
}

// settings are the driver's; what the address says goes above them, but for what the port promises.
func settings(address string, opts Options) *options.ClientOptions {
	journal := true
	o := options.Client().SetAppName("kontor").SetServerSelectionTimeout(opts.Patience).SetConnectTimeout(opts.Patience).
		SetHeartbeatInterval(500 * time.Millisecond).SetMaxPoolSize(200).ApplyURI(address)
	return o.SetReadPreference(readpref.Primary()).SetReadConcern(readconcern.Majority()).
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journal}).
		SetRetryReads(true).SetRetryWrites(true)
}

// CheckAddress refuses what is no address of a MongoDB database, and gives the name of the database. The message does not repeat
// the address, which may hold a password.
func CheckAddress(address string) (database string, err error) {
	c, err := connstring.Parse(address)
	if err != nil {
		return "", fault.Wrap(fault.Invalid, err, "The address is not of the form mongodb://user:password@host:port/database")
	}
	if c.Database == "" {
		return DefaultDatabase, nil
	}
	if ok, _ := regexp.MatchString(`^[A-Za-z0-9_-]{1,63}$`, c.Database); !ok {
		return "", fault.New(fault.Invalid, "The name of the database may have letters, digits, - and _")
	}
	return c.Database, nil
}

// greet asks the server what it is, for as long as it may take to start.
func (s *Store) greet(ctx context.Context, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := s.ask(ctx)
		if !fault.Is(err, fault.Unavailable) {
			if fault.Is(err, fault.Timeout) {
				err = away(err)
			}
			return err
		}
		if errors.Is(err, errRefused) {
			return err // waiting does not help
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return err
		}
	}
}

// ask learns what the server is, and whether Kontor may read in the database.
func (s *Store) ask(ctx context.Context) error {
	var hello struct {
		Wire    int32  `bson:"maxWireVersion"`
		SetName string `bson:"setName"`
	}
	if err := s.db.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
		return convert(ctx, err)
	}
	if hello.Wire < oldestWire {
		return fault.New(fault.Invalid, "The MongoDB server is too old; at least %s is needed", oldest)
	}
	var build struct {
		Version string `bson:"version"`
	}
	if err := s.db.RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&build); err != nil {
		return convert(ctx, err)
	}
	if _, err := s.db.ListCollectionNames(ctx, bson.D{}); err != nil {
		return convert(ctx, err)
	}
	s.server = server{replicas: hello.SetName != "", version: build.Version}
	return nil
}
