// Package vigie holds the nouns of the product: the words that every other
// package, every page and every document uses, each for one thing.
//
// An [Organisation] owns [Account]s. A [Comment] is anything said to one of
// them or about it, by an [Author]. Rules and classifier conclude a [Verdict]
// on each version of a comment: a [Severity], [LabelScore]s and the [Hit]s
// that explain it. A flagged comment is sealed as a [Record] of the evidence
// log and opens a [Case], which tells people through [Alert]s and collects
// their [Decision]s.
//
// The package imports the standard library only and does no I/O: plain data
// and pure methods. It promises that the textual forms of its types (severity
// names, label names, comment ids) are stable, because they are stored in
// databases, sealed in evidence logs and written in people's configuration.
package vigie
