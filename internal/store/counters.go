package store

import "vigie"

// add adds n to a counter that only grows.
func add(t *tx, org vigie.OrgID, name, label string, n int) error {
	if n == 0 {
		return nil
	}
	_, err := t.exec(`INSERT INTO counters (org, name, label, value) VALUES (?, ?, ?, ?)
		ON CONFLICT (org, name, label) DO UPDATE SET value = value + excluded.value`, org, name, label, n)
	return err
}

// counter reads the values of a counter by label.
func counter(q querier, org vigie.OrgID, name string) (map[string]int64, error) {
	values := make(map[string]int64)
	err := q.all("SELECT label, value FROM counters WHERE org = ? AND name = ?", []any{org, name}, func(r scanner) error {
		var label string
		var n int64
		err := r.Scan(&label, &n)
		values[label] = n
		return err
	})
	return values, err
}
