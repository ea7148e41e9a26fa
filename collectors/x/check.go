package x

import (
	"context"
	"slices"

	"vigie"
)

// lookupSize is how many posts X looks up at once.
const lookupSize = 100

// Check looks posts up again, at post_price each within the monthly budget. A
// post that X does not find is Missing; one that it does not show to us
// (protected or suspended author) gets no presence, because it may still exist.
func (s *Source) Check(ctx context.Context, ids []vigie.CommentID) (vigie.Looked, error) {
	looked := vigie.Looked{Presence: make(map[vigie.CommentID]vigie.Presence)}
	me, err := s.account(ctx)
	if err != nil {
		return looked, err
	}
	for chunk := range slices.Chunk(remotes(ids), lookupSize) {
		if err := s.look(ctx, me, chunk, &looked); err != nil {
			return looked, typed(ctx, err)
		}
	}
	return looked, nil
}

func remotes(ids []vigie.CommentID) []string {
	var out []string
	for _, id := range ids {
		if id.Platform() == platform && isID(id.Remote()) {
			out = append(out, id.Remote())
		}
	}
	return out
}

// look checks one chunk. A comment is known by its first version, so an edit
// shows in the history, and its newest version has to be fetched as well.
func (s *Source) look(ctx context.Context, me vigie.Account, ids []string, looked *vigie.Looked) error {
	f, err := s.api.lookup(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range f.gone {
		if slices.Contains(ids, id) {
			looked.Presence[commentID(id)] = vigie.PresenceMissing
		}
	}
	var newer []string
	for _, it := range f.items {
		if n := len(it.history); n > 0 && it.history[n-1] != it.tweet.IDStr && isID(it.history[n-1]) {
			newer = append(newer, it.history[n-1])
			continue
		}
		s.present(it, me, looked)
	}
	if newer == nil {
		return nil
	}
	if f, err = s.api.lookup(ctx, newer); err != nil {
		return err
	}
	for _, it := range f.items {
		s.present(it, me, looked)
	}
	return nil
}

func (s *Source) present(it item, me vigie.Account, looked *vigie.Looked) {
	c, err := it.comment()
	if err != nil {
		return // unreadable now: its presence is unknown
	}
	looked.Comments = append(looked.Comments, s.stamped(c, me))
	looked.Presence[c.ID] = vigie.PresencePresent
}
