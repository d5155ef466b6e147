package mongostore

import (
	"context"
	"crypto/rand"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// step is an Op made ready to be sent, as often as need be.
type step struct {
	op     store.Op
	write  string   // the id by which the document tells whether this write was its last
	doc    bson.Raw // Insert, Keep
	update bson.D   // Replace
}

// maxTogether bounds how many documents are inserted with one message.
const maxTogether = 1000

// Apply runs the ops one after another, inserts in a row together.
func (s *Store) Apply(ctx context.Context, ops []store.Op) error {
	steps := make([]step, len(ops))
	for i, op := range ops {
		_, err := s.collection(op.Collection)
		if err == nil {
			err = store.CheckOp(op)
		}
		if err != nil {
			return err
		}
		steps[i] = prepare(op)
	}
	if len(ops) == 0 {
		return s.Ping(ctx)
	}
	return s.call(ctx, func() error {
		for at := 0; at < len(steps); {
			n := inserts(steps[at:])
			if n < 2 {
				n = 1
			}
			if done, err := s.run(ctx, steps[at:at+n]); err != nil {
				return atOp(ctx, at+done, err)
			}
			at += n
		}
		return nil
	})
}

// inserts counts the steps from the first on that insert into one collection.
func inserts(steps []step) int {
	n := 0
	for n < len(steps) && n < maxTogether && steps[n].op.Kind == store.Insert && steps[n].op.Collection == steps[0].op.Collection {
		n++
	}
	return n
}

// atOp names the op whose condition failed.
func atOp(ctx context.Context, index int, err error) error {
	if err = convert(ctx, err); fault.Is(err, fault.Conflict) {
		return &store.OpError{Index: index, Err: err}
	}
	return err
}

func prepare(op store.Op) step {
	s := step{op: op, write: rand.Text()[:16]}
	switch op.Kind {
	case store.Insert, store.Keep:
		s.doc = document(op, s.write)
	case store.Replace:
		s.update = update(op, s.write)
	}
	return s
}

// document writes what an Insert stores.
func document(op store.Op, write string) bson.Raw {
	d := bson.D{{Key: keyField, Value: op.Key}, {Key: revField, Value: int64(1)}, {Key: writeField, Value: write}}
	for _, name := range store.Parts() {
		if o, ok := value.Normal(op.Parts[name]).(value.Object); ok {
			d = append(d, bson.E{Key: name, Value: encodeObject(o)})
		}
	}
	return marshal(d)
}

// update writes what a Replace changes.
func update(op store.Op, write string) bson.D {
	set, unset := bson.D{{Key: writeField, Value: write}}, bson.D{}
	for _, name := range store.Parts() {
		part, named := op.Parts[name]
		if o, ok := value.Normal(part).(value.Object); ok {
			set = append(set, bson.E{Key: name, Value: encodeObject(o)})
		} else if named {
			unset = append(unset, bson.E{Key: name, Value: ""})
		}
	}
	return change(set, unset, bson.D{{Key: revField, Value: int64(1)}}, op.Set, op.Inc)
}

// change adds what is to happen to Meta to an update.
func change(set, unset, add bson.D, fields value.Object, inc map[string]int64) bson.D {
	for name, v := range fields {
		if n := value.Normal(v); n != nil {
			set = append(set, bson.E{Key: store.Meta + "." + escape(name), Value: encodeValue(n)})
		} else {
			unset = append(unset, bson.E{Key: store.Meta + "." + escape(name), Value: ""})
		}
	}
	for name, n := range inc {
		add = append(add, bson.E{Key: store.Meta + "." + escape(name), Value: n})
	}
	out := bson.D{}
	for op, d := range map[string]bson.D{"$set": set, "$unset": unset, "$inc": add} {
		if len(d) > 0 {
			out = append(out, bson.E{Key: op, Value: d})
		}
	}
	return out
}

// marshal writes what can always be written.
func marshal(d bson.D) bson.Raw {
	raw, err := bson.Marshal(d)
	if err != nil {
		panic("mongostore: " + err.Error())
	}
	return raw
}

// run sends steps that can go together, and again what may have been lost on the way. It says how many of them are done.
func (s *Store) run(ctx context.Context, steps []step) (done int, err error) {
	for repeated := false; ; repeated = true {
		var n int
		n, err = s.send(ctx, steps[done:])
		done += n
		if err == nil {
			return done, nil
		}
		if fault.Is(err, fault.Conflict) && repeated {
			// The first message may have come through: then it is this step's own write that is in its way.
			if err = s.resolve(ctx, steps[done], err); err != nil {
				return done, err
			}
			if done++; done == len(steps) {
				return done, nil
			}
			continue
		}
		if repeated || !ambiguous(err) || ctx.Err() != nil {
			return done, err
		}
	}
}

// send sends steps once and says how many of them are done. Conflict if the condition of the next failed.
func (s *Store) send(ctx context.Context, steps []step) (done int, err error) {
	first := steps[0]
	there := s.db.Collection(first.op.Collection)
	filter := bson.D{{Key: keyField, Value: first.op.Key}}
	switch {
	case len(steps) > 1:
		return insertMany(ctx, there, steps)
	case first.op.Kind == store.Replace:
		r, err := there.UpdateOne(ctx, append(filter, bson.E{Key: revField, Value: first.op.Rev}), first.update)
		if err == nil && r.MatchedCount == 0 {
			err = stale()
		}
		return count(err), err
	case first.op.Kind == store.Delete:
		if first.op.Rev != 0 {
			filter = append(filter, bson.E{Key: revField, Value: first.op.Rev})
		}
		r, err := there.DeleteOne(ctx, filter)
		if err == nil && r.DeletedCount == 0 && first.op.Rev != 0 {
			err = stale()
		}
		return count(err), err
	}
	_, err = there.InsertOne(ctx, first.doc)
	if mongo.IsDuplicateKeyError(err) {
		if err = exists(); first.op.Kind == store.Keep {
			err = nil
		}
	}
	return count(err), err
}

func count(err error) int {
	if err != nil {
		return 0
	}
	return 1
}

func exists() error { return fault.New(fault.Conflict, "The document exists already") }

func stale() error { return fault.New(fault.Conflict, "The document has changed meanwhile or is gone") }

// insertMany inserts in order; the server stops at the first key that exists.
func insertMany(ctx context.Context, there *mongo.Collection, steps []step) (done int, err error) {
	docs := make([]any, len(steps))
	for i := range steps {
		docs[i] = steps[i].doc
	}
	_, err = there.InsertMany(ctx, docs, options.InsertMany().SetOrdered(true))
	var failed mongo.BulkWriteException
	if errors.As(err, &failed) && len(failed.WriteErrors) > 0 {
		done = failed.WriteErrors[0].Index
		if mongo.IsDuplicateKeyError(err) {
			err = exists()
		}
		return done, err
	}
	if err != nil {
		return 0, err
	}
	return len(steps), nil
}

// resolve tells, of a step whose condition failed when it was sent again, whether it had happened the first time.
func (s *Store) resolve(ctx context.Context, st step, conflict error) error {
	var d struct {
		Rev   int64  `bson:"rev"`
		Write string `bson:"write"`
	}
	fields := bson.D{{Key: revField, Value: 1}, {Key: writeField, Value: 1}}
	err := s.db.Collection(st.op.Collection).FindOne(ctx, bson.D{{Key: keyField, Value: st.op.Key}}, options.FindOne().SetProjection(fields)).Decode(&d)
	later := d.Rev > st.op.Rev
	switch {
	case errors.Is(err, mongo.ErrNoDocuments):
		return unknown() // this delete or a later one
	case err != nil:
		return err
	case d.Write == st.write:
		return nil
	case st.op.Kind == store.Insert && d.Rev == 1, st.op.Kind == store.Delete && later:
		return conflict // the document has never been this step's
	}
	return unknown() // it may have happened, and another write after it
}

// Touch changes Meta of all documents that a filter hits.
func (s *Store) Touch(ctx context.Context, name string, f query.Filter, set value.Object, inc map[string]int64) (hit int, err error) {
	if err := store.CheckChange(set, inc); err != nil {
		return 0, err
	}
	err = s.call(ctx, func() error {
		col, err := s.collection(name)
		if err != nil {
			return err
		}
		filter, err := compiler{col: col}.compile(f)
		if err != nil {
			return err
		}
		update := change(nil, nil, nil, set, inc)
		if len(update) == 0 {
			n, err := s.db.Collection(name).CountDocuments(ctx, filter)
			hit = int(n)
			return err
		}
		r, err := s.db.Collection(name).UpdateMany(ctx, filter, update)
		if err == nil {
			hit = int(r.MatchedCount)
		}
		return err
	})
	return hit, err
}
