package vigie

// Secret is a token, a password or a key. It prints as "<secret>" through fmt,
// logs and encoders; only an explicit conversion to string shows it.
type Secret string

// String hides the secret.
func (Secret) String() string { return "<secret>" }

// GoString hides the secret from %#v.
func (Secret) GoString() string { return "<secret>" }

// MarshalText hides the secret from encoders.
func (Secret) MarshalText() ([]byte, error) { return []byte("<secret>"), nil }
