package x

import (
	"bytes"

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
			return batch{}, err
		}
		if id, err := looseID(raw); err == nil {
			b.ids = append(b.ids, id)
		}
		it, err := decode(raw)
		if err != nil {
			b.bad = append(b.bad, vigie.Undecodable{Raw: raw, Reason: err.Error()})
			continue
		}
		b.items = append(b.items, it)
	}
	return b, nil
}
