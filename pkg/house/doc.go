// Package house holds no code. Its tests are the rules of the house: which package may import which, and how source is written.
package house
