package mongostore

import (
	"context"
	"errors"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"kontor/pkg/query"
	"kontor/pkg/store"
)

// Plan tells how the server would find what a query hits: the stages from the result down, with the names of indexes, "count" to
// count it.
func (s *Store) Plan(ctx context.Context, collection string, q store.Query, count bool) (string, error) {
	col, err := s.collection(collection)
	if err != nil {
		return "", err
	}
	filter, err := compiler{col: col}.compile(q.Filter)
	if err != nil {
		return "", err
	}
	order, err := ordering(q.Sort)
	if err != nil {
		return "", err
	}
	fields, err := projection(q.Parts)
	if err != nil {
		return "", err
	}
	command := bson.D{{Key: "find", Value: collection}, {Key: "filter", Value: filter}, {Key: "sort", Value: order}, {Key: "projection", Value: fields}, {Key: "limit", Value: q.Limit}}
	if count {
		command = bson.D{{Key: "aggregate", Value: collection}, {Key: "cursor", Value: bson.D{}}, {Key: "pipeline", Value: bson.A{
			bson.D{{Key: "$match", Value: filter}}, bson.D{{Key: "$group", Value: bson.D{{Key: "_id", Value: 1}, {Key: "n", Value: bson.D{{Key: "$sum", Value: 1}}}}}},
		}}}
		if len(filter) == 0 {
			command = append(command, bson.E{Key: "hint", Value: bson.D{{Key: keyField, Value: 1}}})
		}
	}
	var out bson.D
	if err := s.db.RunCommand(ctx, bson.D{{Key: "explain", Value: command}, {Key: "verbosity", Value: "queryPlanner"}}).Decode(&out); err != nil {
		return "", err
	}
	plan := stages(out, false)
	if len(plan) == 0 {
		return "", errors.New("the server does not say how")
	}
	return strings.Join(plan, " "), nil
}

// stages collects what lies below a winning plan.
func stages(v any, winning bool) (out []string) {
	switch x := v.(type) {
	case bson.D:
		for _, e := range x {
			text, _ := e.Value.(string)
			if winning && (e.Key == "stage" || e.Key == "indexName") {
				out = append(out, text)
			}
			if e.Key != "rejectedPlans" && e.Key != "slotBasedPlan" {
				out = append(out, stages(e.Value, winning || e.Key == "winningPlan")...)
			}
		}
	case bson.A:
		for _, e := range x {
			out = append(out, stages(e, winning)...)
		}
	}
	return out
}

// IndexName is the name that Ensure gives an index of these paths.
func IndexName(paths ...string) string {
	c, err := newCollection(store.Collection{Name: "c", Indexes: [][]string{paths}})
	if err != nil {
		panic(err)
	}
	return c.indexes[0].name
}

// Compiled is the query of a filter, for people to read.
func Compiled(c store.Collection, f query.Filter) (string, error) {
	col, err := newCollection(c)
	if err != nil {
		return "", err
	}
	q, err := compiler{col: col}.compile(f)
	if err != nil {
		return "", err
	}
	text, err := bson.MarshalExtJSON(q, false, false)
	return string(text), err
}

// Streams tells whether the server offers change streams.
func (s *Store) Streams(ctx context.Context) bool {
	stream, err := s.changes(ctx)
	if err == nil {
		err = stream.Close(ctx)
	}
	return s.server.replicas && err == nil
}

// Examined says how many documents the server reads for what a query hits.
func (s *Store) Examined(ctx context.Context, collection string, q store.Query) (int, error) {
	col, err := s.collection(collection)
	if err != nil {
		return 0, err
	}
	command, err := findCommand(col, q)
	if err != nil {
		return 0, err
	}
	var out struct {
		Stats struct {
			Documents int `bson:"totalDocsExamined"`
		} `bson:"executionStats"`
	}
	without := command[:len(command)-1] // an explanation takes no concern within
	err = s.db.RunCommand(ctx, bson.D{{Key: "explain", Value: without}, {Key: "verbosity", Value: "executionStats"}}).Decode(&out)
	return out.Stats.Documents, err
}
