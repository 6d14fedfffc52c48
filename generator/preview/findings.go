package preview

import "slices"

// findings tells which came, which went, and which are told in other words.
func (s *subject) findings(old, now []finding) {
	gone := slices.DeleteFunc(slices.Clone(old), func(f finding) bool { return slices.Contains(now, f) })
	for _, f := range now {
		if slices.Contains(old, f) {
			continue
		}
		mark := changed
		if f.Severity == "blocker" {
			mark = trouble
		}
		// One of the same rule about the same product is the same finding.
		was := slices.IndexFunc(gone, func(g finding) bool { return g.Rule == f.Rule && g.product == f.product })
		switch {
		case was < 0:
			s.add(mark, "New "+f.Severity, "%s", f.Text)
			continue
		case gone[was].Severity != f.Severity:
			s.add(mark, "Now a "+f.Severity+", was a "+gone[was].Severity, "%s", f.Text)
		default:
			s.add(changed, "Still a "+f.Severity, "%s Before: %s", f.Text, gone[was].Text)
		}
		gone = slices.Delete(gone, was, was+1)
	}
	for _, f := range gone {
		s.add(removed, "Gone: "+f.Severity, "%s", f.Text)
	}
}

// untold are the findings of a product that no milestone has told.
func untold(f *facts, told map[finding]bool) []finding {
	return slices.DeleteFunc(allFindings(f), func(one finding) bool {
		ofAll := one
		ofAll.product = ""
		return told[one] || told[ofAll]
	})
}
