// Package classifier estimates what a comment is: its language, and scores of
// labels that no single rule decides.
//
// It stores nothing and is safe for concurrent use.
package classifier
