// Package file takes in comments from JSON lines and CSV: once, for
// `vigie import` ([Read]), or from a file that another program keeps appending
// to (kind "file", [New]).
//
// docs/sources/file.md describes the format. A line that cannot be read is
// rejected with its number and a reason that quotes nothing, and never costs
// its neighbours. The package stores nothing: the cursor of the source is a
// position in the file and a hash of what precedes it.
package file
