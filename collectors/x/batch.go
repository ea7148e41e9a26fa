package x

import (
	"bytes"
	"cmp"

	"vigie"
	"vigie/collectors"
)

// batch is one page of mentions.
type batch struct {
	items []item
	bad   []vigie.Undecodable
	ids   []string // of all items, those that could not be read included
	next  string   // token of the next page, "" if this is the last
}

// decodeAll decodes the elements of a JSON array one by one: a bad one costs
// itself only.
func decodeAll(array []byte, decode func([]byte) (item, error)) (batch, error) {
	var b batch
	if len(bytes.TrimSpace(array)) == 0 {
		return b, nil // X leaves `data` out when it is empty
	}
	for raw, err := range collectors.Elements(array) {
		if err != nil {
			return b, err
		}
		it, err := decode(raw)
		id := it.tweet.IDStr
		if err != nil {
			b.bad = append(b.bad, vigie.Undecodable{Raw: raw, Reason: err.Error()})
			id = looseID(raw)
		} else {
			b.items = append(b.items, it)
		}
		if isID(id) {
			b.ids = append(b.ids, id)
		}
	}
	return b, nil
}

// resources names what X bills for: unreadable posts as well.
func (b *batch) resources() []string {
	var out []string
	for _, it := range b.items {
		out = append(out, "post "+it.tweet.IDStr)
	}
	for _, bad := range b.bad {
		out = append(out, "post "+cmp.Or(looseID(bad.Raw), string(bad.Raw)))
	}
	return out
}
