// Package text is a comment as a machine reads it: tokens with normalised
// readings and the way back to the bytes of the original.
//
// People disguise what they write: case, accents, leet, stretched and spaced
// letters, homoglyphs, zero-width characters, emoji. [Read] keeps for each
// token what was written and the forms that it may stand for, so that a rule
// about "connard" sees "c0nn4rd" and "c o n n a r d", and a hit still points
// to the very bytes of the comment. It is a leaf that classifier and rules
// share; it stores nothing, and its time and memory are linear in the input
// up to [MaxBytes], whatever the bytes are.
package text
