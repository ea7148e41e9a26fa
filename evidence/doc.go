// Package evidence seals flagged comments in an append-only log that anybody
// can check offline.
//
// A folder holds the log: blobs named by their SHA-256 (the platform's own
// bytes, the comment, the verdict), a journal of records in which each record
// holds the digest of the one before, and a head that signs the journal's end
// with the log's Ed25519 key. [Log.Append] returns after blobs, record and head
// are on the disk; sealing the same version of a comment again returns the
// first record. [Verify] reads a folder without the code that writes it.
//
// What it promises: no record that was acknowledged is lost when the program
// is killed, and every change to the folder is seen, but one: who puts back an
// older copy of the whole folder, or holds the key and writes the log anew,
// is seen only by somebody outside who remembers how far the log had come (see
// [VerifyOptions]). No text, author or token is in an error or a log line.
package evidence
