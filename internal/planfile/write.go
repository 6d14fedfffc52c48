package planfile

import (
	"fmt"
	"strings"

	"shiplist/internal/release"
)

// Draft is a plan that is to be written.
type Draft struct {
	Head      []string // lines of comment at the top
	Series    string   // slug
	Milestone string   // name
	Slug      string
	Date      string   // YYYY-MM-DD; empty where not known
	Except    []string // names that are left out
	Groups    []DraftGroup
}

// DraftGroup is products under one comment.
type DraftGroup struct {
	Title    string
	Products []DraftProduct
}

// DraftProduct is a line of a draft.
type DraftProduct struct {
	Name    string
	Build   string // empty to be filled later
	Contact string
	Note    string
}

// Write gives the text of a plan, which reads as what the draft says.
func (d *Draft) Write() string {
	var b strings.Builder
	for _, line := range d.Head {
		b.WriteString(comment(line))
	}
	fmt.Fprintf(&b, "series = %s\nmilestone = %s\n", quote(d.Series), quote(d.Milestone))
	if d.Slug != release.MilestoneSlug(d.Series, d.Milestone) {
		fmt.Fprintf(&b, "slug = %s\n", quote(d.Slug))
	}
	if d.Date != "" {
		fmt.Fprintf(&b, "date = %s\n", quote(d.Date))
	}
	if len(d.Except) > 0 {
		b.WriteString("except = [\n")
		for _, name := range d.Except {
			b.WriteString("  " + quote(name) + ",\n")
		}
		b.WriteString("]\n")
	}
	b.WriteString("\nproducts = [\n")
	for i, g := range d.Groups {
		if i > 0 {
			b.WriteString("\n")
		}
		if g.Title != "" {
			b.WriteString("  " + comment(g.Title))
		}
		for _, p := range g.Products {
			b.WriteString("  " + p.line() + "\n")
		}
	}
	b.WriteString("]\n")
	return b.String()
}

func (p *DraftProduct) line() string {
	text := fmt.Sprintf("{ name = %s, build = %s", quote(p.Name), quote(p.Build))
	if p.Contact != "" {
		text += ", contact = " + quote(p.Contact)
	}
	if p.Note != "" {
		text += ", note = " + quote(p.Note)
	}
	return text + " },"
}

// comment is a line of comment; what would end it is left out.
func comment(text string) string {
	return strings.TrimRight("# "+strings.Map(printed, strings.ToValidUTF8(text, "\uFFFD")), " ") + "\n"
}

func printed(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}

// quote is a text as TOML has it. Characters that a plan would not be read with are left
// out.
func quote(text string) string {
	text = strings.Map(printed, strings.ToValidUTF8(text, "\uFFFD"))
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
