package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"shiplist/internal/issue"
)

// imageLists match the files of a site that list images of trees; those of the first
// pattern of which there are any count.
var imageLists = []*regexp.Regexp{
	regexp.MustCompile(`^api/v1/images/[^/]+\.json$`),
	regexp.MustCompile(`^products/[^/]+/product\.json$`),
}

// imageList is what these files have in common.
type imageList struct {
	Images []struct {
		Tree  string `json:"tree"`
		Kind  string `json:"kind"`
		Path  string `json:"path"`
		Files []struct {
			Name  string `json:"name"`
			Size  *int64 `json:"size"`
			Exact *bool  `json:"size_exact"` // false where a listing rounded it
			SHA   string `json:"sha256"`
		} `json:"files"`
	} `json:"images"`
}

// dated is a directory of dailies, which come and go.
var dated = regexp.MustCompile(`^[0-9]{8}(\.[0-9]+)?$`)

// Bounds of what lists of images may tell.
const (
	mostImages = 1_000_000
	mostTrees  = 1000
	mostPath   = 4096 // bytes of a path, as on most systems
)

var sumForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// tree looks at a copy of an image tree, by what the site of Origin lists of it.
func (o *Options) tree(ctx context.Context, r *Report, at place) error {
	r.Tree = o.Tree
	if f, ok := at.(folder); ok {
		f.follow = true // releases are links into a pool
		at = f
	}
	from, err := openPlace(o.Origin, o.Client)
	if err != nil {
		return err
	}
	defer from.close()
	site := o.settled(ctx, from)
	r.say(site, &r.Origin, "site: ")
	o.tellTime(r, site)
	o.remember(ctx, r, o.Origin, "site: ", site)
	if r.Wrong() {
		r.note("the site that lists the images is not as it should be, so that nothing was compared with it")
		r.end(ctx, o)
		return nil
	}
	all, trees := o.images(ctx, r, from, site)
	switch {
	case ctx.Err() != nil || r.Wrong():
		r.end(ctx, o)
		return nil
	case len(all) == 0:
		return fmt.Errorf("the site lists no images of a tree %q; it has %s", o.Tree, strings.Join(trees, ", "))
	}
	o.files(ctx, r, at, all, nil, nil)
	o.strangers(r, at, all)
	r.end(ctx, o)
	return nil
}

// images are the files of the images that a site lists of a tree, by path, and the trees
// of which it lists any. A list that cannot be believed is a finding, and then there are
// none.
func (o *Options) images(ctx context.Context, r *Report, from place, site *statement) ([]expected, []string) {
	found, trees := map[string]expected{}, map[string]bool{}
	for _, l := range listsOf(site) {
		text, err := from.read(ctx, l.Path, min(site.set.Sums.Largest, listMost))
		if err != nil {
			if ctx.Err() == nil {
				rule, text := faultOf(err)
				r.find(rule, l.Path, "site: %s", text)
			}
			return nil, nil
		}
		if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != l.SHA {
			r.find(RuleMixed, l.Path, "site: its checksum is not the one of %s; was the site published anew just now? try again", issue.SumsFile)
			return nil, nil
		}
		if err := o.add(text, found, trees); err != nil {
			r.find(RuleUnreadable, l.Path, "site: %v", err)
			return nil, nil
		}
	}
	all := slices.SortedFunc(maps.Values(found), func(a, b expected) int { return strings.Compare(a.path, b.path) })
	return all, slices.Sorted(maps.Keys(trees))
}

func listsOf(site *statement) []issue.Line {
	for _, form := range imageLists {
		var lists []issue.Line
		for _, l := range site.lines {
			if form.MatchString(l.Path) {
				lists = append(lists, l)
			}
		}
		if len(lists) > 0 {
			return lists
		}
	}
	return nil
}

// add adds the images of one list.
func (o *Options) add(text []byte, found map[string]expected, trees map[string]bool) error {
	var list imageList
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	for _, img := range list.Images {
		if trees[img.Tree] = true; len(trees) > mostTrees {
			return fmt.Errorf("more than %d trees", mostTrees)
		}
		daily := img.Kind == "daily" || img.Kind == "" && dated.MatchString(path.Base(img.Path))
		if img.Tree != o.Tree || daily && !o.Dailies {
			continue
		}
		for _, f := range img.Files {
			if len(img.Path)+len(f.Name) >= mostPath {
				return fmt.Errorf("the path of an image in %.100q is longer than %d bytes", img.Path, mostPath)
			}
			e := expected{path: path.Join(img.Path, f.Name), size: -1}
			if !fs.ValidPath(e.path) || e.path == "." || strings.Contains(f.Name, "/") {
				return fmt.Errorf("%q is no path below a tree", img.Path+"/"+f.Name)
			}
			if sumForm.MatchString(f.SHA) {
				e.sha = f.SHA
			}
			if f.Size != nil && *f.Size >= 0 && (f.Exact == nil || *f.Exact) {
				e.size = *f.Size
			}
			if found[e.path] = e; len(found) > mostImages {
				return fmt.Errorf("more than %d images", mostImages)
			}
		}
	}
	return nil
}

// strangers tells of what looks like an image and is none that is listed, in the
// directories of those that are.
func (o *Options) strangers(r *Report, at place, all []expected) {
	known, endings, dirs := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, e := range all {
		known[e.path], endings[path.Ext(e.path)], dirs[path.Dir(e.path)] = true, true, true
	}
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		names, could, err := at.names(dir)
		switch {
		case !could:
			r.note("over HTTP nobody sees files that nothing lists")
			return
		case errors.Is(err, fs.ErrNotExist):
			continue // its images are told as missing
		case err != nil:
			r.find(RuleUnseen, dir, "%v", err)
		}
		for _, name := range names {
			if at := path.Join(dir, name); endings[path.Ext(name)] && !known[at] {
				r.find(RuleExtra, at, "the site lists no such image")
			}
		}
	}
}
