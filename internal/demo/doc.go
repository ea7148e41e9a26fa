// Package demo plays a simulated network for `vigie demo`: an association with
// a Mastodon account, people who talk to it, people who criticise it, three who
// insult it, and a raid.
//
// The network is a strict fake Mastodon server on loopback; Vigie reads it
// through its real source, so what the demo shows is the real way of a comment.
// The package stores nothing, and nothing it does leaves the machine. The
// association and every person in it are invented.
package demo
