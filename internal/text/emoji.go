package text

// isEmoji says whether r begins an emoji.
func isEmoji(r rune) bool {
	switch {
	case r >= 0x1F000 && r <= 0x1FAFF:
		return true
	case r >= 0x2600 && r <= 0x27BF, r >= 0x2B05 && r <= 0x2B55, r >= 0x23E9 && r <= 0x23FA:
		return true
	}
	return false
}

const (
	zwj       = 0x200D
	skinFirst = 0x1F3FB
	skinLast  = 0x1F3FF
	flagFirst = 0x1F1E6
	flagLast  = 0x1F1FF
)

func isFlagLetter(r rune) bool { return r >= flagFirst && r <= flagLast }

// emojiName returns the name under which rules know an emoji, "" if it has
// none: only those that are used as words, mostly against people.
func emojiName(r rune) string {
	switch r {
	case '🐒', '🐵', '🙈', '🙉', '🙊', '🦍', '🦧':
		return "monkey"
	case '🐷', '🐖', '🐽', '🐗':
		return "pig"
	case '🐀', '🐁', '🐭':
		return "rat"
	case '🪳', '🐛', '🦟', '🪰':
		return "vermin"
	case '🐍':
		return "snake"
	case '🐶', '🐕':
		return "dog"
	case '🐐', '🐑', '🐪', '🐫':
		return "goat"
	case '💩':
		return "poop"
	case '🔪', '🗡', '🪓', '⚔':
		return "knife"
	case '🔫':
		return "gun"
	case '💣', '🧨':
		return "bomb"
	case '💀', '☠':
		return "skull"
	case '⚰', '🪦':
		return "coffin"
	case '🩸':
		return "blood"
	case '🔥':
		return "fire"
	case '🖕':
		return "finger"
	case '🤮', '🤢':
		return "vomit"
	case '🤡':
		return "clown"
	case '🍌':
		return "banana"
	case '🍆':
		return "eggplant"
	case '🍑':
		return "peach"
	case '💦':
		return "drops"
	case '👅':
		return "tongue"
	case '😂', '🤣', '😹', '😆', '😅':
		return "laugh"
	case '🗑', '🚮':
		return "trash"
	case '🧼', '🚿':
		return "soap"
	case '👃':
		return "nose"
	case '🌈':
		return "rainbow"
	case '🌍':
		return "africa"
	case '🤏':
		return "pinch"
	}
	return ""
}
