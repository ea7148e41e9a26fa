package store

import (
	"context"
	"fmt"

	"vigie"
)

// Status says how sources and channels fare, and what waits.
func (s *Store) Status(ctx context.Context, who vigie.Caller) (vigie.Status, error) {
	if err := s.do(ctx, call{who: who, action: "status.read"}, nil, nil); err != nil {
		return vigie.Status{}, err
	}
	var st vigie.Status
	err := s.view(ctx, func(q querier) (err error) {
		if st.Sources, err = sourceStates(q, who.Org); err != nil {
			return err
		}
		if st.Channels, err = channelStates(q, who.Org); err != nil {
			return err
		}
		comments, err := counter(q, who.Org, "comments")
		if err != nil {
			return err
		}
		st.Comments = comments[""]
		_, err = q.one("SELECT count(*) FROM versions WHERE judged IS NULL AND org = ?", []any{who.Org}, &st.Unjudged)
		return err
	})
	if err != nil {
		return vigie.Status{}, fmt.Errorf("status.read: %w", err)
	}
	return st, nil
}

// channelStates lists the channels by name, those too that have messages only.
func channelStates(q querier, org vigie.OrgID) ([]vigie.ChannelState, error) {
	var states []vigie.ChannelState
	err := q.all(`WITH box (channel, waiting, dead) AS (
			SELECT channel, count(*), 0 FROM alerts WHERE org = ?1 AND message IS NULL GROUP BY channel
			UNION ALL SELECT channel, count(*), 0 FROM messages WHERE org = ?1 AND state = 'due' GROUP BY channel
			UNION ALL SELECT channel, 0, count(*) FROM messages WHERE org = ?1 AND state = 'dead' GROUP BY channel
			UNION ALL SELECT channel, 0, 0 FROM channels WHERE org = ?1)
		SELECT b.channel, coalesce(max(c.kind), ''), coalesce(max(c.paused), 0), coalesce(max(c.class), ''),
			max(c.until), max(c.last_success), sum(b.waiting), sum(b.dead)
		FROM box b LEFT JOIN channels c ON c.org = ?1 AND c.channel = b.channel GROUP BY b.channel ORDER BY b.channel`,
		[]any{org}, func(r scanner) error {
			var st vigie.ChannelState
			err := r.Scan(&st.Channel, &st.Kind, &st.Paused, &st.Class, moment{&st.Until}, moment{&st.LastSuccess}, &st.Waiting, &st.Dead)
			states = append(states, st)
			return err
		})
	return states, err
}
