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
	Rule    string // unknown, unclear, command, gone, not-ready, older, differs, contact, not-planned, not-meant
	At      string // file and line; empty where the plan does not say a thing
	Product string // slug; empty where it is about none
	Text    string
	Note    bool // said, but no disagreement
}

// PlanClaims is what a plan says of a milestone, as far as it is compared.
type PlanClaims struct {
	Milestone string // slug
	Entries   []PlanEntry
	// Off are products that the plan leaves out in so many words.
	Off map[*ProductLine]bool
	// Begun says that the list begins with another one: what such a plan lacks, it lacks by
	// mistake. One that names all it means leaves the others out.
	Begun bool
}

// CheckPlan compares what a plan says of a milestone with what the sources say, by place
// in the plan; what it lacks comes last.
func CheckPlan(p *Picture, l *Line, claims PlanClaims) []PlanTrouble {
	c := planChecker{picture: p, line: l, milestone: Slug(claims.Milestone)}
	unknown := c.findings()
	planned := map[*ProductLine]bool{}
	for _, e := range claims.Entries {
		c.list = append(c.list, e.Extra...)
		for _, product := range e.Products {
			planned[product] = true
			if !unknown[product.Slug] { // that says it all
				c.intent(e, product)
				c.build(e, product)
			}
		}
	}
	for _, n := range l.Intents {
		if !n.Disabled && !planned[n.Product] && !claims.Off[n.Product] && !n.Product.Netboot {
			text := fmt.Sprintf("%s is in the manifest of %s, and the plan does not name it", n.Product.Title, l.Title)
			c.list = append(c.list, PlanTrouble{Rule: "not-planned", Product: n.Product.Slug, Text: text, Note: !claims.Begun})
		}
	}
	slices.SortStableFunc(c.list, func(a, b PlanTrouble) int {
		return cmp.Or(flags(a.At == "", b.At == ""), compareNatural(a.At, b.At), strings.Compare(a.Product, b.Product))
	})
	return c.list
}

// planFindings are the findings that say what is wrong in a plan itself.
var planFindings = map[string]string{"plan-product-unknown": "unknown", "plan-list-unclear": "unclear"}

// findings takes over those that are about the milestone's plan, and returns the products
// that nobody knows.
func (c *planChecker) findings() map[string]bool {
	unknown := map[string]bool{}
	for _, f := range c.picture.Findings {
		rule, ok := planFindings[f.Rule]
		if !ok || f.Series != c.line.Slug || f.Milestone != c.milestone {
			continue
		}
		c.list = append(c.list, PlanTrouble{Rule: rule, At: f.Evidence[0].URL, Product: f.Product, Text: trimStop(f.Text)})
		if rule == "unknown" && f.Product != "" {
			unknown[f.Product] = true
		}
	}
	return unknown
}

type planChecker struct {
	picture   *Picture
	line      *Line
	milestone string
	list      []PlanTrouble
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
		c.add(e, product, "not-ready", name+": not marked ready")
	}
	if standing := c.standing(product, e.BuildID); standing != "" {
		c.add(e, product, "differs", fmt.Sprintf("%s: %s", name, standing))
	} else if newest >= 0 && newest < i {
		c.add(e, product, "older", fmt.Sprintf("%s: %s is newer", name, builds[newest].BuildID))
	}
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
