package release

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"shiplist/internal/spelling"
)

// nearMost bounds for how many names of all plans it is looked up what was meant, and
// nearWords how many words of each are corrected.
const (
	nearMost  = 40
	nearWords = 8
)

// planSpeller finds what was meant by names in plans that match nothing. It is made once
// for all of them, and not before one is needed.
type planSpeller struct {
	known *Picture // the products that somebody but plans knows, in order
	words []string // all that their slugs are made of, each once, sorted
	left  int      // how many names it still looks up
}

// spelling is made of what is known when the first plan is read.
func (k *planReader) spelling() *planSpeller {
	if k.speller != nil {
		return k.speller
	}
	n := &planSpeller{known: &Picture{}, left: nearMost}
	k.speller = n
	words := map[string]bool{}
	for _, p := range k.products {
		if !k.knows(p) {
			continue
		}
		n.known.Products = append(n.known.Products, p)
		for _, word := range strings.FieldsFunc(p.Slug, noLetter) {
			words[word] = true
		}
	}
	slices.SortFunc(n.known.Products, compareProductLines)
	n.words = sortedKeys(words)
	return n
}

// anybody reports whether a pattern matches a product that is known.
func (n *planSpeller) anybody(pattern string) bool {
	return slices.ContainsFunc(n.known.Products, func(p *ProductLine) bool { return p.Named(pattern) })
}

// noLetter reports whether a character parts the words of a name.
func noLetter(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// nearest offers what may have been meant by a name or a pattern that matches no product
// of a series: as the end of a sentence, empty where nothing is near.
func (k *planReader) nearest(name, series string) string {
	n := k.spelling()
	if n.left == 0 {
		return ""
	}
	n.left--
	if !strings.ContainsAny(name, "*?") {
		return n.nearName(name)
	}
	return n.nearPattern(name, series)
}

func (n *planSpeller) nearName(name string) string {
	want := Slug(name)
	const most = 3
	words := strings.Split(want, "-")
	like := nearProducts(n.known, want, words[:min(len(words), nearWords)])
	if like = like[:min(len(like), most)]; len(like) == 0 {
		return ""
	}
	return "; near it is " + strings.Join(like, ", ")
}

// nearPattern corrects each word of a pattern that is in no product's name. Where there is
// nothing to correct, what it matches is in another series.
func (n *planSpeller) nearPattern(pattern, series string) string {
	meant := n.spelt(pattern)
	i := slices.IndexFunc(n.known.Products, func(p *ProductLine) bool { return p.Named(meant) })
	switch {
	case i < 0:
		return ""
	case meant == strings.ToLower(pattern):
		return fmt.Sprintf("; it matches %s, which %s does not have", n.known.Products[i].Slug, series)
	}
	return fmt.Sprintf("; near it is %q", meant)
}

// spelt is a pattern in small letters, with its words spelt as names have them. A word
// beside a star may be a part of one.
func (n *planSpeller) spelt(pattern string) string {
	var b strings.Builder
	rest := strings.ToLower(pattern)
	for range nearWords {
		begin := strings.IndexFunc(rest, func(r rune) bool { return !noLetter(r) })
		if begin < 0 {
			break
		}
		word := rest[begin:]
		if end := strings.IndexFunc(word, noLetter); end >= 0 {
			word = word[:end]
		}
		b.WriteString(rest[:begin])
		b.WriteString(n.spell(word))
		rest = rest[begin+len(word):]
	}
	return b.String() + rest
}

// spell is a word as some name has it; the word itself where one holds it, or none is near.
func (n *planSpeller) spell(word string) string {
	if slices.ContainsFunc(n.words, func(have string) bool { return strings.Contains(have, word) }) {
		return word
	}
	if near := spelling.Nearest(word, n.words); near != "" {
		return near
	}
	return word
}
