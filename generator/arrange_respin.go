package generator

import (
	"slices"
	"strings"

	"shiplist/internal/release"
	"shiplist/internal/shell"
)

// respinView is what would have to be built again for a milestone to be ready.
type respinView struct {
	Summary string // "12 commands build the 14 images that are meant to be released and are not ready."
	// Commands are those of the build host, each behind a comment with its products.
	Commands string
	Refused  []refusedView
}

// refusedView is a product that cannot be built by what the rules say.
type refusedView struct {
	Product Link
	Why     string
}

// viewRespin is nil where nothing is left to build, or no more is built. What it shows
// follows from the milestone's rows and the rules alone: see milestoneKey.
func (s *site) viewRespin(p *Page, m *release.Manifest) *respinView {
	if !m.Open || m.Kind != release.KindRelease {
		return nil
	}
	meant := slices.ContainsFunc(m.Rows(), func(r *release.Row) bool { return r.IntentKnown })
	set, err := s.rules.RespinSet(s.picture, m.Line, release.RespinOptions{Milestone: m, Release: meant, NotReady: true})
	if err != nil || len(set.Groups)+len(set.Refused) == 0 {
		return nil
	}
	v := &respinView{}
	var commands []string
	refuse := func(product *release.ProductLine, why string) {
		v.Refused = append(v.Refused, refusedView{Link{Text: product.Title, Href: p.to(productPath(product))}, why})
	}
	images := 0
	for _, g := range set.Groups {
		command, err := s.commands.RespinCommand(g)
		if err != nil {
			refuse(g.Products[0], err.Error())
			continue
		}
		var titles []string
		for _, product := range g.Products {
			titles = append(titles, product.Title)
		}
		images += len(g.Products)
		commands = append(commands, shell.Comment(strings.Join(titles, ", "))+"\n"+command)
	}
	for _, l := range set.Refused {
		refuse(l.Product, l.Why)
	}
	v.Commands = strings.Join(commands, "\n\n")
	v.Summary = respinSummary(len(commands), images, meant)
	return v
}

// respinSummary says what the commands are for.
func respinSummary(commands, images int, meant bool) string {
	if commands == 0 {
		return "No command builds what is missing."
	}
	which := "that are not ready."
	if meant {
		which = "that are meant to be released and are not ready."
	}
	return release.Plural(commands, "command builds", "commands build") + " the " + plural(images, "image") + " " + which
}
