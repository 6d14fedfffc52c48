package release

import "fmt"

// findUnready looks at what lies where an open release milestone will be published.
func (j *joiner) findUnready() {
	for _, r := range j.open {
		if r.Release == nil || !r.publishable() {
			continue
		}
		text := ""
		switch same, known := j.sameBuild(r); {
		case r.State != StateReady && r.State == StateMissing:
			text = fmt.Sprintf("%s is published as %s, and no build of it stands.", r.name(), r.Release.Name)
		case r.State != StateReady:
			text = fmt.Sprintf("%s is published as %s, and build %s is not ready (%s).", r.name(), r.Release.Name, r.BuildID, r.stateWords())
		case known && !same && r.Release.BuildID != "":
			text = fmt.Sprintf("%s is published as %s with build %s, and the ready build is %s.", r.name(), r.Release.Name, r.Release.BuildID, r.BuildID)
		case known && !same:
			text = fmt.Sprintf("%s is published as %s with other files than those of the ready build %s.", r.name(), r.Release.Name, r.BuildID)
		default:
			continue
		}
		j.report(Finding{
			Rule: "published-not-ready", Text: text,
			Advice: "Publish the ready build again, or take the files away.",
			Actor:  ActorRelease,
			Evidence: append(j.evidence(r),
				says(j.stateOf(r.Release.Tree.Name), r.Release.URL+r.Release.Main().Name, "holds "+r.Release.Name)),
		}, spot{rows: []*Row{r}, dirs: []*TreeDirectory{r.Release.dir}})
	}
}

// sameBuild reports whether the published image is the row's build, and whether
// that can be told at all.
func (j *joiner) sameBuild(r *Row) (same, known bool) {
	published := r.Release.main().SHA256
	if r.Release.BuildID == r.BuildID || j.sameSum(r, r.Release) {
		return true, true
	}
	if r.Daily != nil && published != "" && r.Daily.main().SHA256 != "" {
		return r.Daily.main().SHA256 == published, true
	}
	return false, r.Release.BuildID != ""
}

func (j *joiner) findNoLocation() {
	for _, r := range j.open {
		if r.LocationError == "" || !r.releases() || j.unborn(r) || !j.knows(r.Product) {
			continue
		}
		j.report(Finding{
			Rule:     "no-location",
			Text:     fmt.Sprintf("Where %s is published is not known: %s.", r.name(), r.LocationError),
			Advice:   j.locationAdvice(r),
			Actor:    ActorConfig,
			Evidence: j.grounds(r),
		}, spot{rows: []*Row{r}})
	}
}

// unborn reports whether a row has no build and its title, which stands for several
// kinds of image, no files: which it will be shows when there are some.
func (j *joiner) unborn(r *Row) bool {
	held, doubtful := j.doubtful[productSeries{r.Product, j.seriesKey(r.Manifest.Line.Slug)}]
	return r.State == StateMissing && doubtful && len(held) == 0
}

func (j *joiner) locationAdvice(r *Row) string {
	if held, doubtful := j.doubtful[productSeries{r.Product, j.seriesKey(r.Manifest.Line.Slug)}]; doubtful {
		return ambiguousAdvice(held)
	}
	return "Add the rule to the configuration."
}

func (j *joiner) findSameLocation() {
	type target struct {
		m               *Manifest
		role, dir, stem string
	}
	first := make(map[target]*Row, len(j.open))
	places := map[target][]*Row{} // those with several rows
	var order []target
	for _, r := range j.open {
		if r.Location == nil || !r.releases() {
			continue
		}
		key := target{r.Manifest, r.Location.Role, r.Location.Dir, r.Location.Stem}
		if first[key] == nil {
			first[key] = r
			continue
		}
		if places[key] == nil {
			order = append(order, key)
			places[key] = []*Row{first[key]}
		}
		places[key] = append(places[key], r)
	}
	for _, key := range order {
		rows := places[key]
		var titles []string
		var ev []Evidence
		for _, r := range rows {
			titles = append(titles, r.Product.Title)
			ev = append(ev, configured(fmt.Sprintf("[[publish]] rule %d is for %s", r.Location.Rule+1, r.Product.Title)))
		}
		j.report(Finding{
			Rule: "same-location",
			Text: fmt.Sprintf("%s would all be published on %s as %s/%s.",
				joinWords(titles, "and"), key.m.Title, key.dir, key.stem),
			Advice:   "Correct the [[product]] or [[publish]] rules so that each has a place of its own.",
			Actor:    ActorConfig,
			Evidence: ev,
		}, spot{rows: rows})
	}
}

// findRoles makes one finding for each role that is needed and that no tree has.
func (j *joiner) findRoles() {
	byRole := map[string][]*Row{}
	for _, r := range j.open {
		if r.Location != nil && r.Location.Tree == "" && r.releases() {
			byRole[r.Location.Role] = append(byRole[r.Location.Role], r)
		}
	}
	for _, role := range sortedKeys(byRole) {
		rows := byRole[role]
		j.report(Finding{
			Rule: "role-without-tree",
			Text: fmt.Sprintf("%s to be published in a tree with the role %q, and none is configured.",
				Plural(len(rows), "product is", "products are"), role),
			Advice: "Add the [[tree]], or change the [[publish]] rules.",
			Actor:  ActorConfig,
			Evidence: []Evidence{configured(fmt.Sprintf("[[publish]] rule %d is for %s",
				rows[0].Location.Rule+1, rows[0].Product.Title))},
		}, spot{rows: rows})
	}
}
