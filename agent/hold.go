package agent

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"shiplist/internal/release"
	"shiplist/internal/store"
)

// An answer is held back when it would remove more than a share (half) and at least
// a few (5) of the records of one data file, or all of them; when it is empty where
// there was something; or when the source itself calls it suspect.
//
// Records are told apart by what stays the same while things go their usual way, so
// that a new build in place of an old one is no loss: builds by product, not by
// build id, and images and directories by names in which build ids and versions are
// blanked out. A record that moves to another file of its source is no loss either. Of
// what people decided, in plan files, nothing is a loss; only an empty answer is held.

// holdRule are the numbers of the rule.
type holdRule struct {
	share float64
	least int
}

// bin is one sort of records in one data file.
type bin struct{ file, what string }

// tally counts records by their keys.
type tally struct {
	bins map[bin]map[string]int
	all  map[string]int // over all files, with the sort in front of the key
	// broken are data files that are there and cannot be read: how many records they
	// held is not known.
	broken []string
}

// count makes the tally of facts. Facts that cannot be stored have none.
func count(f *release.Facts) tally {
	t := tally{bins: map[bin]map[string]int{}, all: map[string]int{}}
	parts, err := store.Split(f)
	if err != nil {
		return t
	}
	for _, p := range parts {
		t.part(p)
	}
	return t
}

func (t *tally) part(p store.Part) {
	f := &p.Facts
	for _, r := range f.Products {
		t.once(p.Path, "products", r.Slug)
	}
	for _, r := range f.Series {
		t.once(p.Path, "series", r.Slug)
		for _, intent := range r.Manifest {
			t.once(p.Path, "lines of the manifest", r.Slug, intent.Product)
		}
	}
	for _, r := range f.Milestones {
		t.once(p.Path, "milestone", r.Series, r.Slug)
		for _, entry := range r.Entries {
			t.once(p.Path, "products with a build", r.Series, r.Slug, entry.Product)
		}
	}
	for _, r := range f.Builds {
		t.once(p.Path, "products with a build", r.Series, r.Product)
	}
	for _, r := range f.Directories {
		t.again(p.Path, "directories", blank(r.Path))
	}
	for _, r := range f.Images {
		t.again(p.Path, "images", blank(r.Dir), blank(r.Name), r.ImageType)
	}
	for _, r := range f.Netboot {
		t.again(p.Path, "netboot sets", r.Series, r.Project, r.Arch, string(r.Kind))
	}
}

// once notes a record of which there is one or none.
func (t *tally) once(file, what string, key ...string) {
	if t.bins[bin{file, what}][strings.Join(key, "\x00")] == 0 {
		t.again(file, what, key...)
	}
}

// again notes a record whose key others may have, too.
func (t *tally) again(file, what string, key ...string) {
	b, k := bin{file, what}, strings.Join(key, "\x00")
	if t.bins[b] == nil {
		t.bins[b] = map[string]int{}
	}
	t.bins[b][k]++
	t.all[what+"\x00"+k]++
}

// unreadable notes files that are there and have no records that one could count.
func (t *tally) unreadable(files []string) { t.broken = files }

func (t *tally) empty() bool { return len(t.all) == 0 }

func (t *tally) has(file string) bool {
	for b := range t.bins {
		if b.file == file {
			return true
		}
	}
	return false
}

// changing matches build ids (20240424.1) and versions (24.04.3) in names.
var changing = regexp.MustCompile(`[0-9]{8}(\.[0-9]+)?|[0-9]+(\.[0-9]+)+`)

func blank(name string) string { return changing.ReplaceAllString(name, "*") }

// loss is what one data file would lose.
type loss struct {
	bin
	records, lost int
	keys          string // of what is lost
}

func (l loss) String() string {
	if l.what == "" {
		return l.file + " cannot be read, and the answer would remove it"
	}
	return fmt.Sprintf("%s would lose %d of %d %s", l.file, l.lost, l.records, l.what)
}

// verdict is what the rule says of an answer; it is held back if there is a reason.
type verdict struct {
	reason string
	// never says that time alone does not let it in.
	never bool
	// losses are what it would remove; two answers with the same are of the same
	// mind, whatever else differs.
	losses []loss
}

// judge applies the rule to what is stored and what an answer brings.
func (r holdRule) judge(before, after tally, answer *release.Answer) verdict {
	var v verdict
	if !answer.Decided {
		v.losses = r.losses(before, after)
	}
	switch {
	case answer.Suspect != "":
		v.reason, v.never = answer.Suspect, true
	case after.empty() && !before.empty():
		v.reason, v.never = "the answer is empty, and there was something before", true
	case len(v.losses) > 0:
		v.reason = explain(v.losses)
	}
	return v
}

// losses are those that are too large, by file.
func (r holdRule) losses(before, after tally) []loss {
	var all []loss
	for b, records := range before.bins {
		l := loss{bin: b}
		var keys []string
		for key, n := range records {
			gone := min(n-after.bins[b][key], before.all[b.what+"\x00"+key]-after.all[b.what+"\x00"+key])
			l.records += n
			if gone > 0 {
				l.lost += gone
				keys = append(keys, fmt.Sprintf("%s %d", key, gone))
			}
		}
		if l.lost == l.records || l.lost >= r.least && float64(l.lost) > r.share*float64(l.records) {
			slices.Sort(keys)
			l.keys = strings.Join(keys, "\n")
			all = append(all, l)
		}
	}
	for _, file := range before.broken {
		if !after.has(file) {
			all = append(all, loss{bin: bin{file: file}})
		}
	}
	slices.SortFunc(all, func(a, b loss) int {
		return strings.Compare(a.file+"\x00"+a.what, b.file+"\x00"+b.what)
	})
	return all
}

// reasonsShown is how many losses are named.
const reasonsShown = 3

func explain(losses []loss) string {
	var said []string
	for _, l := range losses[:min(len(losses), reasonsShown)] {
		said = append(said, l.String())
	}
	text := strings.Join(said, "; ")
	if more := len(losses) - reasonsShown; more > 0 {
		text += fmt.Sprintf("; and %d more such", more)
	}
	return text
}

// brokenFiles are the data files of a source that have mistakes, below its folder.
func brokenFiles(w ledger, source string) []string {
	files := map[string]bool{}
	for _, p := range brokenOf(w, source) {
		name, _ := filepath.Rel(filepath.Join(w.Dir(), source), p.File)
		files[filepath.ToSlash(name)] = true
	}
	return slices.Sorted(maps.Keys(files))
}

// brokenOf are the mistakes in the data files of a source, as they were last read.
func brokenOf(w ledger, source string) store.Problems {
	var all store.Problems
	for _, p := range w.Broken() {
		if strings.HasPrefix(p.File, filepath.Join(w.Dir(), source)+string(filepath.Separator)) {
			all = append(all, p)
		}
	}
	return all
}
