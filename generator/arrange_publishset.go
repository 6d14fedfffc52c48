package generator

import (
	"strings"

	"shiplist/internal/release"
)

// setView is the publish set of a release milestone in testing: what 'shiplist
// publish-set' tells.
type setView struct {
	Summary  string   // "23 products can be published by 17 commands, 20 of them are already; 13 cannot yet."
	Refused  []string // what is wrong with products without which this is the set
	Count    int      // of the commands
	Commands string   // one a line
	Name     string   // how the command line names the milestone: resolute/26.04.1
}

// setStates say of each row of a publish set, by product, why it is left out; "" where
// it is not.
type setStates map[string]string

// viewSet works out the publish set of a milestone; nil where nothing is to be
// published any more.
func (s *site) viewSet(m *release.Manifest) (*setView, setStates) {
	if m.Kind != release.KindRelease || !m.Open {
		return nil, nil
	}
	v := &setView{Name: m.Line.Slug + "/" + m.Slug}
	set, err := release.MakePublishSet(s.picture, *s.rules, m, release.PublishOptions{})
	states := setStates{}
	if refused := release.Refused(err); len(refused.Products) > 0 {
		v.Refused = refused.Reasons
		for _, slug := range refused.Products {
			states[slug] = "to be settled first"
		}
		set, err = release.MakePublishSet(s.picture, *s.rules, m, release.PublishOptions{Except: refused.Products})
	}
	if err != nil {
		v.Refused = append(v.Refused, err.Error())
		return v, states
	}
	for _, p := range set.Products {
		states[p.Row.Product.Slug] = ""
		if !p.Publishes() {
			states[p.Row.Product.Slug] = p.WhyText()
		}
	}
	lines, err := s.commands.PublishCommands(set)
	if err != nil { // a name that cannot stand in a command
		v.Refused = []string{err.Error()}
		return v, states
	}
	v.Count, v.Commands = len(lines), strings.Join(lines, "\n")
	v.Summary = capital(set.Summary())
	return v, states
}
