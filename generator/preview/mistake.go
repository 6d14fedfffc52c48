package preview

import (
	"errors"
	"strings"

	"shiplist/generator"
	"shiplist/internal/config"
)

// mistake is one reason for which there is no newer site.
type mistake struct {
	Place   string // "layouts/pages/home.html:3:5"; empty where it has none
	Page    string // the page on which it was met; empty where that does not matter
	Text    string
	Meant   string
	Excerpt string // the line, with a mark below the place
	Known   string // what can be written there
}

// mistakes takes an error apart.
func mistakes(err error) []mistake {
	var problems config.Problems
	if errors.As(err, &problems) {
		var all []mistake
		for _, p := range problems {
			at := p
			at.Text, at.Key = "", ""
			text := p.Text
			if p.Key != "" {
				text = p.Key + ": " + text
			}
			all = append(all, mistake{Place: strings.TrimSuffix(at.String(), ": "), Text: text})
		}
		return all
	}
	var all []mistake
	for _, each := range generator.Mistakes(err) {
		var l *generator.LayoutError
		if errors.As(each, &l) {
			all = append(all, mistake{l.Place(), l.Page, l.Text, l.Meant, l.Excerpt(), l.KnownText()})
			continue
		}
		all = append(all, mistake{Text: each.Error()})
	}
	return all
}
