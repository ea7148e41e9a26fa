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

// emojiNames gives emoji that are used as words, mostly against people, the
// names under which rules know them.
var emojiNames = eachRune([]runes{
	{"monkey", "🐒🐵🙈🙉🙊🦍🦧"},
	{"pig", "🐷🐖🐽🐗"},
	{"rat", "🐀🐁🐭"},
	{"vermin", "🪳🐛🦟🪰"},
	{"snake", "🐍"},
	{"dog", "🐶🐕"},
	{"goat", "🐐🐑🐪🐫"},
	{"poop", "💩"},
	{"knife", "🔪🗡🪓⚔"},
	{"gun", "🔫"},
	{"bomb", "💣🧨"},
	{"skull", "💀☠"},
	{"coffin", "⚰🪦"},
	{"blood", "🩸"},
	{"fire", "🔥"},
	{"finger", "🖕"},
	{"vomit", "🤮🤢"},
	{"clown", "🤡"},
	{"banana", "🍌"},
	{"eggplant", "🍆"},
	{"peach", "🍑"},
	{"drops", "💦"},
	{"tongue", "👅"},
	{"laugh", "😂🤣😹😆😅"},
	{"trash", "🗑🚮"},
	{"soap", "🧼🚿"},
	{"nose", "👃"},
	{"rainbow", "🌈"},
	{"africa", "🌍"},
	{"pinch", "🤏"},
})

// runes are those that share one meaning.
type runes struct{ meaning, all string }

// eachRune turns rows of runes into a table that is only read.
func eachRune(rows []runes) map[rune]string {
	table := make(map[rune]string)
	for _, row := range rows {
		for _, r := range row.all {
			table[r] = row.meaning
		}
	}
	return table
}
