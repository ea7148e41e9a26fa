// Package daemon puts the parts together: the configuration file, the two
// tables of plug-ins, and the [App] with its life from New to Stop.
//
// It is the only package that imports all the others, and only cmd imports
// it. It stores nothing itself. It promises that an App whose New failed has
// closed what it opened, that Stop is bounded and may be called twice, and
// that a Reload which fails leaves the running configuration untouched.
package daemon
