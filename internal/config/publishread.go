package config

import (
	"fmt"
	"maps"
	"regexp"
	"strings"

	"shiplist/internal/release"
	"shiplist/internal/shell"
)

// ReadPublish takes a command apart that publishes, by the form that such commands have:
// the opposite of PublishCommand. Products are none, and the series is empty where the
// command has none. What stands for a build id or a status is told as it is written.
func (c Commands) ReadPublish(line string) (*release.PublishCommand, error) {
	got, err := shell.Read(line)
	if err != nil {
		return nil, err
	}
	for _, optional := range []struct{ dist, status bool }{{false, false}, {false, true}, {true, false}, {true, true}} {
		form, err := c.publishForm(optional.dist, optional.status)
		if err != nil {
			return nil, err
		}
		if words, ok := form.match(got); ok {
			return &release.PublishCommand{
				Series: words["dist"], Arches: strings.Fields(words["arches"]), Project: words["project"], Source: words["source"],
				BuildID: words["build"], PublishType: words["type"], Official: release.Official(words["official"]), Status: words["status"],
			}, nil
		}
	}
	return nil, fmt.Errorf("is not of the form of [commands] publish: %s", c.Publish)
}

// commandForm is a command in which marks stand for words.
type commandForm struct {
	assigns map[string]*regexp.Regexp // of values, by name
	args    []*regexp.Regexp
}

// The marks of words; no form has such a word by chance.
const (
	markBegin = "shiplist0"
	markEnd   = "0tsilpihs"
)

var mark = regexp.MustCompile(markBegin + "([a-z]+)" + markEnd)

func (c Commands) publishForm(dist, status bool) (*commandForm, error) {
	marked := func(name string) string { return markBegin + name + markEnd }
	p := &release.PublishCommand{
		Arches: []string{marked("arches")}, Project: marked("project"), Source: marked("source"), BuildID: marked("build"),
		PublishType: marked("type"), Official: release.Official(marked("official")),
	}
	if dist {
		p.Series = marked("dist")
	}
	if status {
		p.Status = marked("status")
	}
	line, err := c.PublishCommand(p)
	if err != nil {
		return nil, err
	}
	words, err := shell.Read(line)
	if err != nil {
		return nil, fmt.Errorf("[commands] publish cannot be read back: it %w", err)
	}
	f := &commandForm{assigns: map[string]*regexp.Regexp{}}
	for _, a := range words.Assigns {
		name, value, _ := strings.Cut(a, "=")
		f.assigns[name] = wordForm(value)
	}
	for _, a := range words.Args {
		f.args = append(f.args, wordForm(a))
	}
	return f, nil
}

// wordForm matches a word in which marks stand for anything.
func wordForm(word string) *regexp.Regexp {
	text := mark.ReplaceAllString(regexp.QuoteMeta(word), "(?P<$1>.+?)")
	return regexp.MustCompile("(?s)^" + text + "$")
}

// match gives what stands in the place of each mark.
func (f *commandForm) match(s shell.Simple) (map[string]string, bool) {
	if len(s.Args) != len(f.args) || len(s.Assigns) != len(f.assigns) {
		return nil, false
	}
	found := map[string]string{}
	take := func(form *regexp.Regexp, word string) bool {
		m := form.FindStringSubmatch(word)
		if m == nil {
			return false
		}
		for i, name := range form.SubexpNames() {
			if was, twice := found[name]; i > 0 && twice && was != m[i] {
				return false
			} else if i > 0 {
				found[name] = m[i]
			}
		}
		return true
	}
	left := maps.Clone(f.assigns)
	for _, a := range s.Assigns {
		name, value, _ := strings.Cut(a, "=")
		if form := left[name]; form == nil || !take(form, value) {
			return nil, false
		}
		delete(left, name)
	}
	for i, a := range s.Args {
		if !take(f.args[i], a) {
			return nil, false
		}
	}
	return found, true
}
