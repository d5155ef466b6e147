// Package storetest is the store port's contract as code: whoever writes a driver runs it whole.
//
// Each file is one topic and each failure names the clause that is broken. A topic opens databases of its own through the Harness
// and closes them again; nothing is left behind but what the driver leaves in the directory it was given. No test depends on an
// absolute time being short: waits end as soon as what they wait for has happened.
//
// A server that cannot do something names it in Harness.Lacks; the test is then skipped by that name. A skip is a gap that an
// operator must be told about, so the list of a supported driver is empty.
package storetest

import (
	"slices"
	"testing"
	"time"

	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Capability names something that the contract wants and a lesser server may lack.
type Capability string

// The capabilities that can be lacked.
const (
	SecondHandle Capability = "second handle" // two handles, of two processes or of one, share a database
	Reopen       Capability = "reopen"        // what was acknowledged is there after Close and Open
	AnyName      Capability = "any name"      // names of fields with dots, "$", quotes, NUL, and the empty name
	AnyIndex     Capability = "any index"     // indexes of fields with such names
	Elements     Capability = "elements"      // conditions that one element meets: Match, NoMatch, and Between on lists
	NestedLists  Capability = "nested lists"  // lists as elements of lists
	ManyValues   Capability = "many values"   // In with 10,000 values
	LargeText    Capability = "large text"    // texts of 1 MB
)

// Harness is how the suite gets at a driver.
type Harness struct {
	// Open gives a handle on the database that belongs to a directory: the same directory is the same database. The driver may
	// keep files there. The suite closes the handle.
	Open func(t *testing.T, dir string) store.Store

	// Notice is within what time Watch notices a foreign write on an idle machine; 0 means a second. The suite waits many times as
	// long before it complains.
	Notice time.Duration

	// Lacks names what the server cannot do.
	Lacks []Capability
}

// topics lists the whole suite in the order in which a new driver best meets it.
func topics() []topic {
	return []topic{
		{"parts", testParts}, {"values", testValues}, {"names", testNames}, {"keys", testKeys},
		{"apply", testApply}, {"replace", testReplace}, {"prefix", testPrefix}, {"touch", testTouch},
		{"filter", testFilter}, {"text", testText}, {"key filter", testKeyFilter}, {"match", testMatch}, {"in", testIn}, {"property", testProperty},
		{"sort", testSort}, {"page", testPage}, {"collation", testCollation}, {"count", testCount}, {"scan", testScan},
		{"claim", testClaim}, {"concurrency", testConcurrency}, {"context", testContext}, {"bound", testBound}, {"invalid", testInvalid},
		{"ensure", testEnsure}, {"watch", testWatch}, {"handles", testHandles}, {"close", testClose},
	}
}

type topic struct {
	name string
	run  func(t *testing.T, h Harness)
}

// Run runs what one handle at a time can show. A driver that keeps data uses Harness.Run, which also reopens.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	Harness{
		Open:  func(t *testing.T, _ string) store.Store { return open(t) },
		Lacks: []Capability{SecondHandle, Reopen},
	}.Run(t)
}

// Run runs the whole suite.
func (h Harness) Run(t *testing.T) {
	if h.Notice == 0 {
		h.Notice = time.Second
	}
	for _, topic := range topics() {
		t.Run(topic.name, func(t *testing.T) { topic.run(t, h) })
	}
}

// need skips a test that wants something the server lacks.
func (h Harness) need(t *testing.T, c Capability) {
	t.Helper()
	if h.lacks(c) {
		t.Skipf("the server lacks: %s", c)
	}
}

func (h Harness) lacks(c Capability) bool { return slices.Contains(h.Lacks, c) }

// storable leaves out the documents that the server cannot keep.
func (h Harness) storable(docs []store.Document) []store.Document {
	if !h.lacks(NestedLists) {
		return docs
	}
	return slices.DeleteFunc(docs, func(d store.Document) bool {
		for _, part := range d.Parts {
			if nested(value.Normal(part), false) {
				return true
			}
		}
		return false
	})
}

// nested tells whether a value has a list in a list.
func nested(v any, within bool) bool {
	switch x := v.(type) {
	case value.List:
		return within || slices.ContainsFunc(x, func(e any) bool { return nested(e, true) })
	case value.Object:
		for _, e := range x {
			if nested(e, false) {
				return true
			}
		}
	}
	return false
}
