package generator

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"unicode"

	"shiplist/internal/release"
)

// Rule of this file: a badge is a small picture for pages elsewhere that says in words where
// something stands. It brings its own ground, so that it reads on light and dark alike; its
// colour says nothing that the words do not; and the words are its text alternative.

const badgeFile = "badge.svg"

// badge is what such a picture says.
type badge struct {
	label, value string
	colour       string // of the ground of the value, on which white text has a contrast of 5 or more
}

// The colours are those of the style sheet for light ground.
const (
	badgeReady   = "#1c7443"
	badgeTesting = "#1f62b5"
	badgeTrouble = "#b3261e"
	badgeOff     = "#5a5f66"
)

// badgeColours are by the class of a state.
var badgeColours = map[string]string{"ready": badgeReady, "testing": badgeTesting, "failed": badgeTrouble, "missing": badgeTrouble}

// milestoneBadge says how far a milestone is.
func milestoneBadge(m *release.Manifest) badge {
	b := badge{label: m.Title, colour: badgeTesting}
	t := m.Totals
	all := cmp.Or(t.Intended, t.Rows)
	switch {
	case m.Kind == release.KindDaily:
		b.value = plural(t.Rows-t.Missing, "build")
	case over(m):
		b.value, b.colour = "released", badgeOff
	case all == 0:
		b.value, b.colour = "nothing on it yet", badgeOff
	default:
		b.value = fmt.Sprintf("%d of %d ready", t.Ready, all)
		if t.Ready == all {
			b.colour = badgeReady
		}
	}
	if t.Blockers > 0 && !over(m) {
		b.value, b.colour = b.value+", "+plural(t.Blockers, "blocker"), badgeTrouble
	}
	return b
}

// productBadge says where a product stands on the milestone that people ask for first.
func productBadge(pl *release.ProductLine) badge {
	r := askedRow(pl)
	if r == nil {
		return badge{pl.Title, "on no milestone", badgeOff}
	}
	state := rowState(r)
	return badge{pl.Title, state.Word + " in " + r.Manifest.Title, cmp.Or(badgeColours[state.Class], badgeOff)}
}

// badgeOutput is a badge in the directory of a page.
func badgeOutput(dir string, key fingerprint, view func() badge) output {
	return fileOutput(dir+badgeFile, func(b *bytes.Buffer) error { return view().write(b) }).of(key)
}

// The sizes of a badge, in pixels.
const (
	badgePadding = 6
	badgeLetters = 60 // at most, in each half
)

// badgeForm is the picture: width, words, width of the label, width and colour of the value,
// then each text with its place and its length.
const badgeForm = `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="20" viewBox="0 0 %[1]d 20" role="img" aria-label="%[2]s">
<title>%[2]s</title>
<rect width="%[1]d" height="20" rx="3" fill="#3a4048"/>
<path d="M%[3]d 0h%[4]dq3 0 3 3v14q0 3-3 3H%[3]dz" fill="%[5]s"/>
<rect x=".5" y=".5" width="%[6]d" height="19" rx="3" fill="none" stroke="#8a9099"/>
<g fill="#fff" font-family="DejaVu Sans,Verdana,Geneva,sans-serif" font-size="11">
<text x="%[7]d" y="14" textLength="%[8]d" lengthAdjust="spacingAndGlyphs">%[9]s</text>
<text x="%[10]d" y="14" textLength="%[11]d" lengthAdjust="spacingAndGlyphs">%[12]s</text>
</g>
</svg>
`

func (v badge) write(b *bytes.Buffer) error {
	label, value := badgeText(v.label), badgeText(v.value)
	labelLong, valueLong := lengthOf(label), lengthOf(value)
	left, right := labelLong+2*badgePadding, valueLong+2*badgePadding
	_, err := fmt.Fprintf(b, badgeForm, left+right, xmlText(label+": "+value), left, right-3, v.colour, left+right-1,
		badgePadding, labelLong, xmlText(label), left+badgePadding, valueLong, xmlText(value))
	return err
}

// badgeText is a text as a badge has room for it; never empty, as nothing has no length.
func badgeText(text string) string {
	text = cmp.Or(oneLine(text), "?")
	if r := []rune(text); len(r) > badgeLetters {
		return string(r[:badgeLetters-1]) + "…"
	}
	return text
}

// xmlText is a text between or within the tags of XML.
func xmlText(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // into memory
	return b.String()
}

// lengthOf is about how long a text is in the fonts of the badge, in pixels. Whoever shows
// it with another font stretches or squeezes it to this length.
func lengthOf(text string) int {
	tenths := 0
	for _, r := range text {
		tenths += widthOf(r)
	}
	return (tenths + 9) / 10
}

// widthOf is the width of a letter in tenths of pixels.
func widthOf(r rune) int {
	switch {
	case r >= 0x1100 && !unicode.Is(unicode.Latin, r):
		return 115
	case bytes.ContainsRune([]byte("ijl.,:;|!'()[]{}ft "), r):
		return 42
	case bytes.ContainsRune([]byte("mwMW@%+=…"), r):
		return 98
	case unicode.IsUpper(r) || unicode.IsDigit(r):
		return 74
	}
	return 67
}
