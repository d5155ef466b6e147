// Package searchtest is the search port's contract as code: whoever writes a driver runs it whole.
//
// Each file is one topic and each failure names the clause that is broken. A topic opens engines of its own and closes them again.
// No test depends on an absolute time being short, and no clause on how long an engine takes to show a document: Put and Delete return
// when it is shown.
//
// # What every engine shares
//
// Which documents a query hits: by filter exactly, by text for whole words, beginnings of the last word, typos (one from five letters,
// two from nine), phrases, exclusions, synonyms, and words without regard to case and accents. The order by Sort, with absent values last
// and ties by the rules that follow. That a rule of ranking decides only among documents that the rules before it leave equal. Windows that fit
// together. Counts of facets over all hits. The life of an index: Ensure, Swap, Drop, Indexes, Scan.
//
// # What may differ
//
//   - the scores, but not their bounds, and not that they fall along the hits where Sort does not come first;
//   - the order of documents that the rules leave equal, but not that it is the same each time and in each window;
//   - Total above 1,000;
//   - how many words of the index one mistyped or begun word is compared with, where there are hundreds;
//   - whether a mistyped first letter counts double;
//   - what counts as one word beyond letters and digits: §, dots, hyphens, apostrophes. A text finds itself in any case;
//   - whether a word that no document has counts as the first one, which must be there;
//   - words that say nothing (stop words), except that they never keep a document from being found;
//   - values of a facet that differ in case only: two values or one;
//   - counts of facets under Distinct;
//   - the sorting of a list of values.
//
// What a language adds is a Capability, since not every engine knows German: an engine that lacks it says so.
package searchtest

import (
	"slices"
	"testing"

	"kontor/pkg/search"
)

// Capability names something that the contract wants and a lesser engine may lack.
type Capability string

// The capabilities that can be lacked.
const (
	Reopen     Capability = "reopen"     // what was acknowledged is there after Close and Open
	Compounds  Capability = "compounds"  // a German word is found inside of another: Beleuchtung in Straßenbeleuchtung
	Inflection Capability = "inflection" // the forms of a German word find each other: Vertrag, Verträge
	Umlauts    Capability = "umlauts"    // ae, oe and ue are ä, ö and ü
)

// Harness is how the suite gets at a driver.
type Harness struct {
	// Open gives a handle on the engine that belongs to a directory: the same directory is the same engine, with what it had when
	// it was closed, and another directory is one that is empty. The driver may keep files there. The suite closes the handle.
	Open func(t *testing.T, dir string) search.Engine

	// Lacks names what the engine cannot do.
	Lacks []Capability
}

type topic struct {
	name string
	run  func(t *testing.T, h Harness)
}

// topics lists the whole suite in the order in which a new driver best meets it.
func topics() []topic {
	return []topic{
		{"ensure", testEnsure}, {"put", testPut}, {"values", testValues}, {"delete", testDelete}, {"refusal", testRefusal}, {"scan", testScan},
		{"filter", testFilter}, {"filter property", testFilterProperty}, {"geo", testGeo}, {"sort", testSort}, {"page", testPage},
		{"facet", testFacet}, {"facet search", testFacetSearch}, {"distinct", testDistinct}, {"retrieve", testRetrieve},
		{"text", testText}, {"typo", testTypo}, {"phrase", testPhrase}, {"matching", testMatching}, {"synonym", testSynonym}, {"german", testGerman},
		{"search on", testSearchOn}, {"ranking", testRanking}, {"score", testScore}, {"match", testMatch},
		{"many", testMany}, {"swap", testSwap}, {"drop", testDrop}, {"concurrency", testConcurrency}, {"invalid", testInvalid}, {"context", testContext},
		{"reopen", testReopen}, {"close", testClose},
	}
}

// Run runs the whole suite on a driver that lacks nothing.
func Run(t *testing.T, open func(t *testing.T, dir string) search.Engine) { Harness{Open: open}.Run(t) }

// Run runs the whole suite.
func (h Harness) Run(t *testing.T) {
	for _, topic := range topics() {
		t.Run(topic.name, func(t *testing.T) { topic.run(t, h) })
	}
}

// lacks tells whether a clause is left out. What is lacked is listed where a driver runs the suite, so nothing is left out in silence.
func (h Harness) lacks(c Capability) bool { return slices.Contains(h.Lacks, c) }
