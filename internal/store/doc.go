// Package store keeps everything that must not be lost in one SQL database. It
// is the only package that speaks SQL.
//
// The rows are the queue between the four hops of a comment: Append (collect),
// Unjudged and Settle (judge), Claim and Sent (ring), Decide (decide). Each hop
// ends in one transaction that is on the disk before the call returns, so the
// program can be killed at any instant: nothing is lost and nothing is doubled.
// Writes that arrive together share one commit, each in its own savepoint.
//
// Every call on behalf of a person names the [vigie.Caller] and writes the
// audit trail before it acts or answers, refusals included. Texts, names,
// addresses and the platform's bytes are stored as bytes and come back
// unchanged, whatever they are. They appear in no error of this package.
package store
