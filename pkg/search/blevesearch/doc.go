// Package blevesearch is the embedded search engine: a directory of Bleve indexes behind the search port, without a server and in pure Go.
//
// Bleve keeps the terms, their places and the documents; which documents answer a query, and in which order, is decided here, by
// bitmaps and by the rules of ranking in their order, because as-you-type search with typos is not what Bleve's own queries are made for.
//
// The layers, from below:
//
//	language, token     text to words: folding, hyphens, abbreviations, stop words, inflection
//	manifest, lock      which indexes there are, as one file that is replaced in one step
//	shelf               one index on disk: Bleve's writer, what of it is seen, damage
//	segment, column     what is kept in memory of one of Bleve's immutable segments: its words, and values by document
//	filter, expand      conditions and words to bitmaps; synonym, compound: what else stands for a word
//	rank, proximity     bitmaps to the order of hits, bucket by bucket, as far as the window reaches
//	hit, facet          what is answered
package blevesearch
