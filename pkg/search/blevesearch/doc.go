// Package blevesearch is the embedded search engine: a directory of Bleve indexes behind the search port, without a server and in pure Go.
//
// Bleve keeps the terms, their places and the documents; which documents answer a query, and in which order, is decided here, by
// bitmaps and by the rules of ranking in their order, because as-you-type search with typos is not what Bleve's own queries are made for.
//
// Of Bleve it uses the segments, not the writer around them. A portal has about fifty indexes, a type times a locale, most of them tiny: each
// of Bleve's has three goroutines and a database file of its own, and tries a write that failed again and again by itself. Here a Put writes
// a segment and the list of segments, each with its checksum, and returns what went wrong; merging is the only thing beside it.
//
// The layers, from below:
//
//	language, token     text to words: folding, hyphens, abbreviations, numbers, stop words, inflection
//	rune, shared        characters by what they stand for; words that share a part with a neighbour
//	manifest, lock      which indexes there are, as one file that is replaced in one step
//	shelf, view, merge  one index on disk: who writes, what is seen of it at one moment, how segments become fewer
//	state               the files of an index, replaced in one step, and whether they are as they were written
//	segment, column     what is kept in memory of one of Bleve's immutable segments: its words, and values by document
//	filter, expand      conditions and words to bitmaps; synonym, spelling, compound: what else stands for a word
//	rank, bucket, rule  bitmaps to the order of hits, bucket by bucket, as far as the window reaches
//	hit, facet          what is answered
package blevesearch
