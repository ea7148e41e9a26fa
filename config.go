package vigie

// FieldError is a fault in one field of a configuration. The daemon turns it
// into a sentence with the file and line of that field.
type FieldError struct {
	Field   string // the key in the file, "token_file"
	Problem string // what is wrong, without any secret
	Remedy  string // what to do about it
}

// Error returns the field, the problem and the remedy.
func (e *FieldError) Error() string {
	s := e.Field + ": " + e.Problem
	if e.Remedy != "" {
		s += "; " + e.Remedy
	}
	return s
}
