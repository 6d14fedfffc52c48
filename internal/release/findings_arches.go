package release

import (
	"fmt"
	"slices"
)

// built is a kind of daily build.
type built struct{ project, imageType, series string }

// findArches compares the architectures of the current dailies with those that the
// rules say are built: one finding for each kind of build.
func (j *joiner) findArches() {
	for n := range j.forest.kinds {
		k := &j.forest.kinds[n]
		if k.key.series == Other || k.key.project == Other || !j.kept(j.lineSlug(k.key.series)) {
			continue
		}
		if want, ok := j.builtDaily(k.key, k.subs); ok {
			j.compareArches(k, want)
		}
	}
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// builtDaily are the architectures that the rules name for a kind of build: of the
// subprojects that the images belong to, where products tell, else of the project.
// The channel of a Core image is built as its publish type is.
func (j *joiner) builtDaily(key built, subs []string) ([]string, bool) {
	if len(subs) == 0 {
		subs = []string{""}
	}
	imageType := j.buildType(key)
	var arches []string
	known := false
	for _, sub := range subs {
		list, ok := j.rules.DailyArches(key.project, sub, imageType, key.series)
		known = known || ok
		for _, a := range list {
			arches = appendNew(arches, a)
		}
	}
	return arches, known
}

// buildType is the image type of a build, which for Core images, that bear a
// channel in its place, is the one of their publish type.
func (j *joiner) buildType(key built) string {
	for i := range j.rules.PublishTypes {
		if j.rules.PublishTypes[i].ImageType == key.imageType {
			return key.imageType
		}
	}
	for i := range j.rules.Products {
		p := &j.rules.Products[i]
		if p.Project != key.project || p.ImageType != key.imageType {
			continue
		}
		if t, _ := j.rules.PublishType(p.PublishType); t != nil && t.ImageType != "" {
			return t.ImageType
		}
	}
	return key.imageType
}

func (j *joiner) compareArches(k *forestKind, want []string) {
	key := k.key
	missing, extra := without(want, k.arches), without(k.arches, want)
	if len(missing)+len(extra) == 0 {
		return
	}
	text := fmt.Sprintf("The current dailies of %s %s for %s", key.project, key.imageType, key.series)
	if len(missing) > 0 {
		text += " lack " + listWords(missing)
	}
	if len(extra) > 0 {
		if len(missing) > 0 {
			text += " and"
		}
		text += " have " + listWords(extra) + ", which no rule says is built"
	}
	at := spot{line: j.lines[key.series]}
	for _, d := range k.dirs {
		at.dirs = append(at.dirs, &j.dirs[d])
	}
	j.report(Finding{
		Rule:   "arches-differ",
		Text:   text + ".",
		Advice: "Look whether a build fails, or correct the [[arches]] rules.",
		Actor:  ActorRelease,
		Evidence: []Evidence{
			j.lies(at.dirs[0], "has "+listWords(k.arches)),
			configured("[[arches]] says " + listWords(want)),
		},
	}, at)
}

// without is what is in list and not in other, in natural order.
func without(list, other []string) []string {
	var rest []string
	for _, s := range list {
		if !slices.Contains(other, s) {
			rest = append(rest, s)
		}
	}
	slices.SortFunc(rest, compareNatural)
	return rest
}
