// Package prose has no code, only a test: what people read in this repository is
// plain English. It refuses words that a reader has to translate, such as "made"
// for created. CONTRIBUTING.md describes the style.
package prose
