package daemon

import (
	"context"

	"vigie"
	"vigie/internal/store"
)

// newsStore is the store as the Runner sees it: a source whose state was
// stored is also told to the open pages, so that a failure shows at once.
type newsStore struct {
	*store.Store
	app *App
}

// SetSourceState stores the state, then tells the live feed, which may lose it.
func (n newsStore) SetSourceState(ctx context.Context, s vigie.SourceState, tell []string) error {
	if err := n.Store.SetSourceState(ctx, s, tell); err != nil {
		return err
	}
	e := vigie.Event{Kind: vigie.EventSourceState, At: n.app.o.Now()}
	if err := n.app.shared.Publish(ctx, s.Org, e); err != nil {
		n.app.o.Log.Warn("live feed not updated", "source", s.Source, "err", err)
	}
	return nil
}
