package rules

import (
	"embed"
	"io/fs"
)

//go:embed packs
var packs embed.FS

// Embedded returns the packs that come with the program.
func Embedded() fs.FS {
	sub, err := fs.Sub(packs, "packs")
	if err != nil {
		panic(err) // the folder is named in the directive above
	}
	return sub
}
