// Package console is the moderators' web pages: the queue of cases, one case,
// the state of the watcher, preferences, login.
//
// It stores nothing but sessions (through the scs store it is given); all it
// shows comes from the desk it is given, and every call it makes on the desk
// names the person on whose behalf it is made, so that the desk can write its
// audit trail first.
//
// It promises:
//   - A masked text is not in the page: not hidden, not in an attribute, absent.
//     It is fetched by a POST when a person asks, and thrown away when they leave it.
//   - Every page works without JavaScript, with the keyboard alone, at a width of
//     320 pixels and in French and English.
//   - No inline script or style runs, no markup of a comment is ever markup here,
//     and no address that a platform gave us becomes a link unless it is http(s).
//   - No text, author or password reaches a log.
package console

//go:generate go tool -modfile=../../tools/go.mod templ generate
