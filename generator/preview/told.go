package preview

import "fmt"

// told is a change as the page tells it: of one thing, or of many of which it is the same.
type told struct {
	line          // of many, What counts them: "33 products"
	Many []string // empty where it is about one
}

// sameMany is from how many things on a change that is the same for them is told once.
const sameMany = 3

// Told gathers the lines that say the same of different things, where the first of them is.
func (s subject) Told() []told {
	type change struct{ text, mark string }
	about := map[change][]string{}
	for _, l := range s.Lines {
		k := change{l.Text, l.Mark}
		about[k] = append(about[k], l.What)
	}
	of := "products"
	if s.Href == imagesPage {
		of = "directories"
	}
	var all []told
	done := map[change]bool{}
	for _, l := range s.Lines {
		k := change{l.Text, l.Mark}
		many := about[k]
		switch {
		case len(many) < sameMany || many[0] == many[1]:
			all = append(all, told{line: l})
		case !done[k]:
			done[k] = true
			all = append(all, told{line{fmt.Sprintf("%d %s", len(many), of), l.Text, l.Mark}, many})
		}
	}
	return all
}
