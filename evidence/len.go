package evidence

// Len returns how many records the log holds: one for each comment version.
func (l *Log) Len() uint64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return uint64(len(l.index))
}
