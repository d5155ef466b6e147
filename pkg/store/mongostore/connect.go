package mongostore

import (
	"cmp"
	"context"
	"errors"
	"net"
	"regexp"
	"strings"
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
	// Patience is how long a call waits for a server that is away, and a connection for an answer to its greeting; 0 means so long
	// that whoever asks is told within two seconds. The address may say otherwise (serverSelectionTimeoutMS, connectTimeoutMS).
	Patience time.Duration

	// Start is how long Open waits for the server; 0 means 5 s.
	Start time.Duration
}

// The usual patience. A server that no longer answers is noticed when one greeting, sent each half second, and a second one have had
// no answer; what was under way then ends and is tried once more: 0.5 + 2·0.4 + 0.6 s.
const (
	greetEvery    = 500 * time.Millisecond
	greetPatience = 400 * time.Millisecond
	callPatience  = 600 * time.Millisecond
)

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
	o := options.Client().SetAppName("kontor").SetHeartbeatInterval(greetEvery).SetMaxPoolSize(200).SetMaxConnecting(32).
		SetConnectTimeout(cmp.Or(max(opts.Patience, 0), greetPatience)).
		SetServerSelectionTimeout(cmp.Or(max(opts.Patience, 0), callPatience)).ApplyURI(address)
	return o.SetReadPreference(readpref.Primary()).SetReadConcern(readconcern.Majority()).
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journal}).
		SetRetryReads(false).SetRetryWrites(true) // reads: see Store.read
}

// CheckAddress refuses what is no address of a MongoDB database, and gives the name of the database. The message does not repeat
// the address, which may hold a password.
func CheckAddress(address string) (database string, err error) {
	c, err := connstring.Parse(address)
	if dns := (*net.DNSError)(nil); errors.As(err, &dns) { // mongodb+srv:// is looked up
		return "", fault.Wrap(fault.Unavailable, err, "The name server knows no such database server")
	}
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

// Redact gives the servers and the database of an address, without user and password, for people to read.
func Redact(address string) string {
	c, err := connstring.Parse(address)
	if err != nil {
		return "an address that can't be read"
	}
	return c.Scheme + "://" + strings.Join(c.Hosts, ",") + "/" + cmp.Or(c.Database, DefaultDatabase)
}

// greet asks the server what it is, for as long as it may take to start.
func (s *Store) greet(ctx context.Context, patience time.Duration) error {
	limit, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := s.ask(limit)
		switch {
		case ctx.Err() != nil:
			return convert(ctx, ctx.Err())
		case errors.As(err, new(refused)) || !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.Timeout):
			return err
		case limit.Err() != nil:
			return fault.Wrap(fault.Unavailable, fault.As(err).Err, "No primary answers for %v; check that the server runs and that "+
				"the address, its replicaSet and its options are right", patience)
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-limit.Done():
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
