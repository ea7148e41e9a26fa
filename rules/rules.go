// Package rules is Vigie's rule language: parse, compile, judge.
//
// It is pure: no I/O beyond the file system handed to it, no clock, no global
// state. Packs are embedded under packs/<lang>; each rule carries the texts it
// must hit and those it must miss, and they are run as tests.
package rules
