package release

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// PlanEntry is what a plan says of products that go together: one, or those that one
// command publishes.
type PlanEntry struct {
	Name     string // as the plan has it
	At       string // file and line
	BuildID  string // empty where nothing is decided
	Contact  string // empty where the plan has none
	Products []*ProductLine
	Extra    []PlanTrouble // what is known to be wrong with it already
}

// PlanTrouble is something in which a plan and the sources do not agree.
type PlanTrouble struct {
	// Rule is unknown, unclear, command, gone, not-ready, older, differs, renamed, contact,
	// date, kind, status, milestone, not-planned or not-meant.
	Rule    string
	At      string // file and line; empty where the plan does not say a thing
	Product string // slug; empty where it is about none
	Text    string
	Note    bool // said, but no disagreement
}

// PlanClaims is what a plan says of a milestone, as far as it is compared.
type PlanClaims struct {
	Milestone string // slug
	// Source is the plan among the sources, and File the one of its files that is checked, as
	// places have it; empty for a sheet, which is no source.
	Source, File string
	Said         []PlanSaid // of the milestone itself
	Doubts       []PlanDoubt
	Entries      []PlanEntry
	// Off are products that the plan leaves out in so many words.
	Off map[*ProductLine]bool
	// Begun says that the list begins with another one: what such a plan lacks, it lacks by
	// mistake. One that names all it means leaves the others out.
	Begun bool
}

// PlanSaid is what a plan says of a milestone itself.
type PlanSaid struct {
	Key   string // date, kind, status
	Value string
	At    string // file and line
	Ruled string // what the [[milestone]] rule says; empty for nothing
}

// ClaimsOf are the claims of a plan that is a source of a picture.
func ClaimsOf(p *Picture, r Rules, source, series, milestone string) PlanClaims {
	claims := PlanClaims{Milestone: milestone, Source: source, Off: map[*ProductLine]bool{}}
	for _, m := range PlannedBy(p, r, source) {
		if m.Series != series || m.Slug != milestone && m.Own != milestone {
			continue
		}
		claims.Begun, claims.Said, claims.Doubts = m.Begun, m.Said, m.Doubts
		for _, line := range m.Lines {
			if line.Disabled {
				claims.Off[line.Product] = true
				continue
			}
			claims.Entries = append(claims.Entries, PlanEntry{
				Name: line.Product.Slug, At: cmp.Or(line.Pinned, line.At), BuildID: line.BuildID, Contact: line.Contact, Products: []*ProductLine{line.Product},
			})
		}
	}
	return claims
}

// CheckPlan compares what a plan says of a milestone with what the sources say, by place
// in the plan; what it lacks comes last.
func CheckPlan(p *Picture, l *Line, claims PlanClaims) []PlanTrouble {
	c := planChecker{picture: p, line: l, milestone: Slug(claims.Milestone), claims: claims}
	unknown := c.doubts()
	c.itself()
	planned := map[*ProductLine]PlanEntry{}
	for _, e := range claims.Entries {
		c.list = append(c.list, e.Extra...)
		for _, product := range e.Products {
			if first, twice := planned[product]; twice {
				c.add(e, product, "unclear", fmt.Sprintf("%s: %s is in %s already, which is %s; leave it to one of them", e.Name, product.Title, first.Name, first.At))
			}
			planned[product] = e
			if !unknown[product] { // that says it all
				c.intent(e, product)
				c.build(e, product)
			}
		}
	}
	for _, n := range l.Intents {
		if _, named := planned[n.Product]; !n.Disabled && !named && !claims.Off[n.Product] && !n.Product.Netboot {
			text := fmt.Sprintf("%s is in the manifest of %s, and the plan does not name it", n.Product.Title, l.Title)
			c.list = append(c.list, PlanTrouble{Rule: "not-planned", Product: n.Product.Slug, Text: text, Note: !claims.Begun})
		}
	}
	c.list = slices.DeleteFunc(c.list, func(t PlanTrouble) bool { return t.At != "" && !claims.here(t.At) })
	slices.SortStableFunc(c.list, func(a, b PlanTrouble) int {
		return cmp.Or(flags(a.At == "", b.At == ""), compareNatural(a.At, b.At), strings.Compare(a.Product, b.Product))
	})
	return c.list
}

// here reports whether a place is in the file that is checked.
func (c *PlanClaims) here(at string) bool { return c.File == "" || fileOf(at) == c.File }

// planDoubts are what the findings are called here that say what is wrong in a plan itself.
var planDoubts = map[string]string{"plan-product-unknown": "unknown", "plan-list-unclear": "unclear", "plan-product-twice": "unclear"}

// doubts tells what is wrong in the plan itself, each at its place in the file, and returns
// the products that nobody knows.
func (c *planChecker) doubts() map[*ProductLine]bool {
	unknown := map[*ProductLine]bool{}
	for _, d := range c.claims.Doubts {
		rule, product := planDoubts[d.Rule], ""
		if d.Product != nil {
			product = d.Product.Slug
			unknown[d.Product] = unknown[d.Product] || rule == "unknown"
		}
		if i := slices.IndexFunc(d.At, c.claims.here); i >= 0 {
			text := strings.TrimPrefix(trimStop(d.Text), d.At[i]+" ") // the place stands in front of it
			c.list = append(c.list, PlanTrouble{Rule: rule, At: d.At[i], Product: product, Text: text})
		}
	}
	return unknown
}

type planChecker struct {
	picture   *Picture
	line      *Line
	milestone string
	claims    PlanClaims
	list      []PlanTrouble
}

// itself compares what the plan says of the milestone itself with what the other sources
// say, and the configuration.
func (c *planChecker) itself() {
	words := map[string][]string{}
	others := false
	for i := range c.picture.Sources {
		s := &c.picture.Sources[i]
		if s.Facts == nil || s.Name == c.claims.Source {
			continue
		}
		for k := range s.Facts.Milestones {
			m := &s.Facts.Milestones[k]
			if lineSlug(m.Series) != c.line.Slug || Slug(m.Slug) != c.milestone {
				continue
			}
			others = others || s.Kind != KindPlan
			for _, said := range c.claims.Said {
				if value := said.other(m, s.Kind); value != "" && value != said.Value {
					words[said.Key] = append(words[said.Key], s.Name+" has "+value)
				}
			}
		}
	}
	for _, said := range c.claims.Said {
		if said.Ruled != "" && said.Ruled != said.Value {
			words[said.Key] = append(words[said.Key], "the [[milestone]] rule has "+said.Ruled)
		}
		if list := words[said.Key]; len(list) > 0 {
			text := fmt.Sprintf("the %s is %s here, and %s", said.Key, said.Value, joinWords(list, "and"))
			c.list = append(c.list, PlanTrouble{Rule: said.Key, At: said.At, Text: text})
		}
	}
	if !others && c.claims.Source != "" {
		text := fmt.Sprintf("no source but plans has a milestone %s in %s; it is made of the plan", c.milestone, c.line.Title)
		c.list = append(c.list, PlanTrouble{Rule: "milestone", Text: text, Note: true})
	}
}

// other is what another source says of the same; empty where it does not, or leaves it to
// what is usual. What is in the archive was released.
func (p *PlanSaid) other(m *Milestone, kind string) string {
	switch {
	case p.Key == "date":
		return m.Date
	case p.Key == "kind" && (kind != KindPlan || m.KindAt != ""):
		return string(m.Kind)
	case p.Key == "status" && (kind != KindPlan || m.StatusAt != ""):
		if m.Status == MilestoneArchived && p.Value == string(MilestoneReleased) {
			return p.Value
		}
		return cmp.Or(m.RawStatus, string(m.Status))
	}
	return ""
}

func (c *planChecker) add(e PlanEntry, product *ProductLine, rule, text string) {
	c.list = append(c.list, PlanTrouble{Rule: rule, At: e.At, Product: product.Slug, Text: text})
}

// intent compares with the series manifests.
func (c *planChecker) intent(e PlanEntry, product *ProductLine) {
	if len(c.line.Intents) == 0 {
		return
	}
	i := slices.IndexFunc(c.line.Intents, func(n *Intended) bool { return n.Product == product })
	switch {
	case i < 0:
		c.add(e, product, "not-meant", fmt.Sprintf("%s is not in the manifest of %s", product.Title, c.line.Title))
	case c.line.Intents[i].Disabled:
		c.add(e, product, "not-meant", fmt.Sprintf("%s is switched off in the manifest of %s", product.Title, c.line.Title))
	case e.Contact != "" && c.line.Intents[i].Contact != "" && e.Contact != c.line.Intents[i].Contact:
		c.add(e, product, "contact", fmt.Sprintf("%s has the contact %s, and %s in the manifest of %s", product.Title, e.Contact, c.line.Intents[i].Contact, c.line.Title))
	}
}

// build compares the build that was decided for with those that there are.
func (c *planChecker) build(e PlanEntry, product *ProductLine) {
	if e.BuildID == "" {
		return
	}
	builds := PlanBuilds(c.picture, c.line, c.milestone, product)
	i := slices.IndexFunc(builds, func(b PlanBuild) bool { return b.BuildID == e.BuildID })
	newest := slices.IndexFunc(builds, func(b PlanBuild) bool { return b.Why == "" })
	name := product.Title + " " + e.BuildID
	switch {
	case i < 0 && newest < 0:
		c.add(e, product, "gone", name+": no source has this build, or another that could be taken")
		return
	case i < 0:
		c.add(e, product, "gone", fmt.Sprintf("%s: no source has this build; the newest is %s", name, builds[newest].BuildID))
		return
	case builds[i].Why != "":
		c.add(e, product, "gone", name+": "+builds[i].Why)
	case !builds[i].Ready:
		c.add(e, product, "not-ready", name+": "+builds[i].Unready)
	}
	c.renamed(e, product, &builds[i])
	if standing := c.standing(product, e.BuildID); standing != "" {
		c.add(e, product, "differs", fmt.Sprintf("%s: %s", name, standing))
	} else if newest >= 0 && newest < i && (builds[i].sum == "" || builds[newest].sum != builds[i].sum) {
		c.add(e, product, "older", fmt.Sprintf("%s: %s is newer", name, builds[newest].BuildID))
	}
}

// renamed tells of a build that the trees hold under another id. A plan may have either; the
// command of a sheet publishes a directory of that name, and there is none.
func (c *planChecker) renamed(e PlanEntry, product *ProductLine, b *PlanBuild) {
	if b.As == "" {
		return
	}
	t := PlanTrouble{Rule: "renamed", At: e.At, Product: product.Slug, Note: c.claims.Source != ""}
	t.Text = fmt.Sprintf("%s %s: the trees hold the same bytes as %s", product.Title, b.BuildID, b.As)
	if !t.Note {
		t.Text += "; publish that one"
	}
	c.list = append(c.list, t)
}

// standing says which other build a source has on the milestone; empty where none has.
func (c *planChecker) standing(product *ProductLine, id string) string {
	m := c.line.MilestoneOf(c.milestone)
	if m == nil {
		return ""
	}
	for _, r := range m.Rows() {
		if r.Product != product {
			continue
		}
		for _, claim := range r.claims {
			if src := claim.part.src; src != nil && !src.plans() {
				if claim.entry.BuildID == id || r.Is(id) && r.Is(claim.entry.BuildID) {
					return ""
				}
				return src.state.Name + " has " + claim.entry.BuildID + " on " + m.Title
			}
		}
	}
	return ""
}
