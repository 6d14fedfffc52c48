package release

import (
	"cmp"
	"fmt"
	"strings"
)

// PublishCommand is one command of the build host: a product, or several that differ
// in nothing but the architecture.
type PublishCommand struct {
	Products []*Publication
	// Series is empty for the one that is being developed, which the build host knows.
	Series  string
	Arches  []string
	Project string // under which is published
	// Source is the daily image type, with the project before it where it is published
	// under another one: ubuntu-server/daily-live.
	Source      string
	BuildID     string
	PublishType string
	Official    Official
	// Status is the directory below that of the series, release/snapshot-3, as the build
	// host takes it: the last name of it stands in the names of files. Empty for finals.
	Status string
}

// commands are one for each product that is published; those of rules with together
// are joined where all but the architecture is the same.
func (k *setMaker) commands() []*PublishCommand {
	var list []*PublishCommand
	joined := map[string]*PublishCommand{}
	for _, p := range k.set.Products {
		if !p.Publishes() {
			continue
		}
		c := k.command(p)
		key := ""
		if name := p.Rule.Together; name != "" {
			if name == TogetherOwn {
				name = fmt.Sprintf("\x00%d", p.Location.Rule)
			}
			key = strings.Join([]string{name, c.Project, c.Source, c.BuildID, c.PublishType, string(c.Official), c.Status}, "\x00")
			if first := joined[key]; first != nil {
				first.Products, first.Arches = append(first.Products, p), append(first.Arches, c.Arches...)
				continue
			}
			joined[key] = c
		}
		list = append(list, c)
	}
	return list
}

func (k *setMaker) command(p *Publication) *PublishCommand {
	r := p.Row
	c := &PublishCommand{
		Products: []*Publication{p}, Series: r.Manifest.Line.Slug, Arches: []string{r.Identity.Arch},
		Project: r.Identity.Project, Source: r.Identity.ImageType,
		BuildID: r.publishID(), PublishType: r.Identity.PublishType, Official: p.Location.Official,
	}
	if rule, _ := k.rules.SeriesRule(c.Series); rule != nil && rule.Development {
		c.Series = ""
	}
	if r.Daily != nil && r.Daily.ImageType != "" {
		c.Source = r.Daily.ImageType // a product may name a channel there
	}
	if p.Rule.Under != "" && p.Rule.Under != c.Project {
		c.Project, c.Source = p.Rule.Under, c.Project+"/"+c.Source
	}
	if p.Location.Status != FinalStatus {
		c.Status = p.Location.Status
	}
	return c
}

// publishID is the id by which the build host finds the row's build: where its daily was found
// by checksum, that of the daily, as a source calls the same bytes otherwise than the tree.
func (r *Row) publishID() string {
	d := r.Daily
	if d == nil || d.BuildID == r.BuildID || d.dir != nil && d.dir.BuildID == r.BuildID {
		return r.BuildID
	}
	return cmp.Or(d.BuildID, r.BuildID)
}
