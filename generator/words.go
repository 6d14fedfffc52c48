package generator

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Rule of this file: a text in content/parts may hold words, such as {{image}}, in
// whose place a page sets its own names. A text is parsed once, into
// pieces; for a page they are only joined. A text with a word for which a page has
// nothing to say is left out there as a whole, so that no sentence has a gap.

// words are the values of words. One with an address is a link where it stands in
// a sentence.
type words map[string]Link

// with returns the words and some more.
func (w words) with(more words) words {
	all := maps.Clone(w)
	if all == nil {
		all = words{}
	}
	maps.Copy(all, more)
	return all
}

// quoting is the language of commands in which a word is written.
type quoting string

// The languages of commands; a block of code in another one holds words as they are.
const (
	inProse      quoting = ""
	inCode       quoting = "text"
	inShell      quoting = "sh"
	inPowerShell quoting = "powershell"
	inCommand    quoting = "cmd"
	inCopy       quoting = "copy" // for a firmware, or what is not in this list
	inDNSMasq    quoting = "dnsmasq"
	inGRUB       quoting = "grub"
	inIPXE       quoting = "ipxe"
	inPXELINUX   quoting = "pxelinux"
)

// part is a text of content/parts, parsed.
type part struct {
	name, title string
	order       int64
	arches      []string // the machines that it is for; all when there is none
	without     []string // words with one of which it is left out
	pieces      []piece
}

// compileParts parses the texts that generated pages show and reports every mistake
// in them, as content/NAME:LINE. They come in their own order.
func compileParts(docs map[string]document, m markdown) ([]*part, error) {
	var parts []*part
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(docs)) {
		doc := docs[name]
		if err := checkWords(name, doc); err != nil {
			problems = append(problems, err)
			continue
		}
		tree := m.parse(doc.body)
		if misplacedWord(tree) {
			problems = append(problems, fmt.Errorf("content/%s:%d: a word stands in an address or a title; it can only stand in text and in code", doc.name, doc.line))
			continue
		}
		pieces, err := m.pieces(tree, doc.body, true)
		if err != nil {
			problems = append(problems, fmt.Errorf("content/%s: %w", doc.name, err))
			continue
		}
		parts = append(parts, &part{
			name: name, title: doc.Title, order: doc.Order,
			arches: strings.Fields(doc.Arches), without: strings.Fields(doc.Without), pieces: pieces,
		})
	}
	slices.SortStableFunc(parts, func(a, b *part) int { return cmp.Compare(a.order, b.order) })
	return parts, errors.Join(problems...)
}

// checkWords reports the words of a text that are not known, or stand where they
// cannot.
func checkWords(name string, doc document) error {
	var problems []error
	at := func(line int, format string, args ...any) {
		problems = append(problems, fmt.Errorf("content/%s:%d: %s", doc.name, doc.line+line, fmt.Sprintf(format, args...)))
	}
	known := vocabularyOf(name)
	for _, word := range strings.Fields(doc.Without) {
		if known == nil || !slices.Contains(known.words, word) {
			problems = append(problems, fmt.Errorf("content/%s:1: front matter: without: no word {{%s}} can stand in this text", doc.name, word))
		}
	}
	for n, line := range strings.Split(string(doc.body), "\n") {
		for _, m := range wordMark.FindAllStringSubmatchIndex(line, -1) {
			word := line[m[2]:m[3]]
			switch {
			case known == nil:
				at(n, "{{%s}}: words can stand only in these texts: %s", word, strings.Join(wordyParts(), ", "))
			case !slices.Contains(known.words, word):
				at(n, "unknown word {{%s}}; the words are %s", word, strings.Join(known.words, ", "))
			case inAddress(line[:m[0]]):
				at(n, "{{%s}}: a word cannot stand in an address; in a sentence it is a link by itself", word)
			}
		}
	}
	return errors.Join(problems...)
}

// inAddress reports whether what follows belongs to the address or the title of a
// link or picture.
func inAddress(before string) bool {
	at := strings.LastIndex(before, "](")
	return at >= 0 && !strings.Contains(before[at:], ")")
}

// write quotes a word for the place where it stands; false where that cannot be
// done safely.
func (q quoting) write(s string) (string, bool) {
	if q != inProse && strings.ContainsFunc(s, unicode.IsControl) {
		return "", false
	}
	switch q {
	case inShell:
		return shellQuote(s), true
	case inPowerShell:
		return powerShellQuote(s), true
	case inCommand:
		return commandQuote(s)
	case inCopy, inDNSMasq, inGRUB, inIPXE, inPXELINUX:
		return s, bootWord(s)
	}
	return s, true
}

// plainWord reports whether a word is one to every shell as it is.
func plainWord(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._+-", r)
	}) && s[0] != '-' && s[0] != '+' && s[0] != '.'
}

// powerShellQuote makes a name one string of PowerShell, to which the curly single
// quotes are quotes, too.
func powerShellQuote(s string) string {
	if strings.HasPrefix(s, "-") {
		s = "./" + s
	}
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("'‘’‚‛", r) {
			b.WriteRune(r)
		}
		b.WriteRune(r)
	}
	return "'" + b.String() + "'"
}

// commandQuote makes a name one word of the command line of Windows, which has no way
// to write some of them.
func commandQuote(s string) (string, bool) {
	if plainWord(s) {
		return s, true
	}
	return `"` + s + `"`, !strings.ContainsAny(s, `"%!`) && !strings.HasPrefix(s, "-") && !strings.HasPrefix(s, "/")
}
