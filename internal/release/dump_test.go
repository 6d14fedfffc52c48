package release

import "fmt"

// dump writes a picture line by line, with names in place of pointers, so that two
// pictures can be compared.
func dump(p *Picture) []string {
	var d []string
	put := func(format string, args ...any) { d = append(d, fmt.Sprintf(format, args...)) }
	for _, s := range p.Sources {
		put("source %+v %v %s %s", s.SourceState, s.Stale, s.AsOf, s.Age)
	}
	for _, l := range p.Lines {
		put("line %s %q %q %q %s %v %v", l.Slug, l.Title, l.DisplayName, l.Version, l.Status, l.Rule != nil, l.Sources)
		for _, n := range l.Intents {
			put("  intent %s %q %s %v %s", n.Product.Slug, n.Contact, n.Team, n.Disabled, n.Source)
		}
		d = append(d, dumpFindings(l.Findings)...)
		for _, m := range l.Milestones {
			d = append(d, dumpManifest(m)...)
		}
	}
	for _, x := range p.Products {
		put("product %s %q %q %v %s %s %v %v %v", x.Slug, x.Title, x.Family, x.Identities, x.Arch, x.Type, x.Disabled, x.Netboot, x.Refs)
		for _, r := range x.Rows {
			put("  row %s/%s", r.Manifest.Line.Slug, r.Manifest.Slug)
		}
		for _, i := range x.Images {
			put("  image %s", imageText(i))
		}
		d = append(d, dumpFindings(x.Findings)...)
	}
	for _, f := range p.Families {
		put("family %s %q %d", f.Slug, f.Title, len(f.Products))
	}
	for _, t := range p.Trees {
		put("tree %s %s %s", t.Name, t.Role, t.Site)
		for _, x := range t.Directories {
			bare := x.Directory
			bare.Signature = nil
			put("  dir %+v %s", bare, x.URL)
			if x.Signature != nil {
				put("    signature %+v", *x.Signature)
			}
			for _, i := range x.Images {
				put("    image %s %d", imageText(i), i.Limit)
			}
			for _, n := range x.Netboot {
				put("    netboot %s %s", n.Arch, n.URL)
			}
			d = append(d, dumpFindings(x.Findings)...)
		}
	}
	for _, n := range p.Netboot {
		for _, e := range n.Entries {
			product := ""
			if e.Product != nil {
				product = e.Product.Slug
			}
			put("netboot %s %s %s %s %v %v %s %s %s %v", n.Line.Slug, e.Arch, e.URL, e.Kernel, e.Archive, e.Disabled, product, e.State, e.Contact, e.Hashed)
			d = append(d, dumpFindings(e.Findings)...)
		}
	}
	return append(d, dumpFindings(p.Findings)...)
}

func dumpManifest(m *Manifest) []string {
	before := ""
	if m.Before != nil {
		before = m.Before.Slug
	}
	d := []string{fmt.Sprintf("  milestone %s %q %s %s %v %v %s %s %s %v %v %s", m.Slug, m.Title, m.Kind, m.Status,
		m.Open, m.Made, m.Date, m.Version, m.ReleaseStatus, m.Refs, m.Bugs, before)}
	for _, c := range m.Changes {
		d = append(d, fmt.Sprintf("    change %s %s %s %s", c.Kind, c.Product.Slug, c.From, c.To))
	}
	d = append(d, fmt.Sprintf("    totals %+v", m.Totals))
	for _, g := range m.Groups {
		d = append(d, fmt.Sprintf("    group %q %+v", g.Family, g.Totals))
		for _, r := range g.Rows {
			d = append(d, dumpRow(r)...)
		}
	}
	return append(d, dumpFindings(m.Findings)...)
}

func dumpRow(r *Row) []string {
	d := []string{fmt.Sprintf("      row %s %v %s %s %s %v %v %v %q %s %q %s %s %v %v", r.Product.Slug, r.Identity, r.BuildID, r.State, r.RawState,
		r.Intended, r.IntentKnown, r.Netboot, r.Contact, r.Team, r.Note, r.NoteFrom, r.Date, r.Bugs, r.Refs)}
	if r.Rebuild != nil {
		d = append(d, fmt.Sprintf("        rebuild %+v", *r.Rebuild))
	}
	if r.Tests != nil {
		d = append(d, fmt.Sprintf("        tests %+v", *r.Tests))
	}
	if r.Location != nil {
		d = append(d, fmt.Sprintf("        location %+v", *r.Location))
	}
	d = append(d, "        "+r.LocationError)
	if r.Daily != nil {
		d = append(d, "        daily "+imageText(r.Daily))
	}
	if r.Release != nil {
		d = append(d, "        release "+imageText(r.Release))
	}
	return append(d, dumpFindings(r.Findings)...)
}

func dumpFindings(list []*Finding) []string {
	var d []string
	for _, f := range list {
		d = append(d, fmt.Sprintf("        finding %+v", *f))
	}
	return d
}

func imageText(i *TreeImage) string {
	text := fmt.Sprintf("%s:%s/%s %s %s", i.Tree.Name, i.Dir, i.Name, i.BuildID, i.URL)
	for _, p := range i.Products {
		text += " " + p.Slug
	}
	return text
}
