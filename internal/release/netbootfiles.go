package release

import (
	"io/fs"
	"net/url"
	"path"
	"strings"
)

// Rule of this file: whether what an installer needs is still there. A file is gone when
// its tree said so at two polls; a tree that fails or does not answer says nothing. An
// image of which a tree was never asked is gone when the directory in which it should
// lie is there without it. One that an archive holds under the same name has moved.

// GonePolls is how many polls in a row have to say that a file is not there until it is
// gone; see [NetbootAnswer].
const GonePolls = 2

// follow finds the image that an entry starts, wherever that lies today.
func (j *joiner) follow(e *NetbootEntry) {
	switch {
	case e.Archive || e.Tree == nil:
		return
	case e.ISO == "" && e.Beside != "" && e.Kernel != "":
		if base := j.directory(e.Tree, e.Parent, Directory{}).URL; base != "" {
			e.Image = base + escapePath(e.Beside)
		}
		return
	case e.ISO == "":
		return
	}
	e.Image = e.ISO
	here, gone := j.imageState(e)
	if here {
		return
	}
	if at := j.retired()[path.Base(unescape(e.ISO))]; at != "" {
		e.Image, e.Moved = at, at != e.ISO
		return
	}
	if gone {
		a := e.answer(e.ISO)
		e.Faults = append(e.Faults, NetbootFault{Name: e.ISO, URL: e.ISO, Status: a.Status, Needed: true})
	}
}

// imageState is whether the image that a set names is known to be there, or to be gone.
func (j *joiner) imageState(e *NetbootEntry) (here, gone bool) {
	a := e.answer(e.ISO)
	switch {
	case a.Status != 0:
		return false, a.Times >= GonePolls
	case a.Name != "":
		return true, false
	}
	file, known := j.listed(e.ISO)
	return file != nil, known && file == nil
}

// listed finds a file by its address; known says that the tree knows the directory.
func (j *joiner) listed(address string) (file *File, known bool) {
	t, dir, name := j.inTree(address)
	if t == nil {
		return nil, false
	}
	key := dirKey{t.Name, dir}
	d := j.dirAt(key)
	if n, ok := j.forest.aliases[key]; d == nil && ok {
		d = &j.dirs[n]
	}
	if d == nil || d.Held != "" || d.Kind == "" {
		return nil, false
	}
	for _, i := range d.Images {
		for k := range i.Files {
			if i.Files[k].Name == name {
				return &i.Files[k], true
			}
		}
	}
	return nil, true
}

// inTree finds the tree in which an address lies, with the directory and the name there;
// nil where it is none of a file, or leads out of the tree.
func (j *joiner) inTree(address string) (tree *Tree, dir, name string) {
	rest := ""
	for _, t := range j.p.Trees {
		below, ok := strings.CutPrefix(address, t.Site+"/")
		if ok && t.Site != "" && (tree == nil || len(t.Site) > len(tree.Site)) {
			tree, rest = t, below
		}
	}
	plain, err := url.PathUnescape(rest)
	if err != nil || strings.ContainsAny(rest, "?#") || plain == "." || !fs.ValidPath(plain) {
		return nil, "", ""
	}
	if dir = path.Dir(plain); dir == "." {
		dir = ""
	}
	return tree, dir, path.Base(plain)
}

// retired are the images of the archive trees: their addresses by name. What only lies
// in a pool is not out.
func (j *joiner) retired() map[string]string {
	if j.archived != nil {
		return j.archived
	}
	j.archived = map[string]string{}
	for _, t := range j.p.Trees {
		if t.Role != RoleOld || t.Site == "" {
			continue
		}
		for _, d := range t.Directories {
			for _, i := range d.Images {
				for _, f := range i.Files {
					if f.Main && d.Kind != DirectoryPool && j.archived[f.Name] == "" {
						j.archived[f.Name] = d.URL + escapePath(f.Name)
					}
				}
			}
		}
	}
	return j.archived
}

// answer is what the tree said of a file; without a name where it was not asked.
func (s *NetbootSet) answer(name string) NetbootAnswer {
	for _, a := range s.Answers {
		if a.Name == name {
			return a
		}
	}
	return NetbootAnswer{}
}

// fileFaults are the files of an entry that are gone, or too small to be what they are.
func (j *joiner) fileFaults(e *NetbootEntry) []NetbootFault {
	least := j.rules.BootMenu.Least
	var faults []NetbootFault
	check := func(f NetbootFault, exact *int64) {
		if f.Name != "" && e.isFault(&f, exact) {
			faults = append(faults, f)
		}
	}
	check(NetbootFault{Name: e.Kernel, URL: below(e.URL, e.Kernel), Least: least[LeastKernel], Needed: true}, nil)
	check(NetbootFault{Name: e.Initrd, URL: below(e.URL, e.Initrd), Least: least[LeastInitrd], Needed: true}, nil)
	for _, f := range e.Boot {
		fault := NetbootFault{Name: f.Name, URL: below(e.URL, f.Name)}
		if known, _ := j.rules.BootFile(f.Name); known != nil {
			fault.Least = known.Least
		}
		check(fault, f.exactSize())
	}
	if t := e.Tarball; t != nil && e.Tree != nil {
		check(NetbootFault{Name: t.Name, URL: below(address(e.Tree.Site, e.Parent), t.Name), Least: least[LeastTarball]}, t.exactSize())
	}
	if e.answer(e.ISO).Status == 0 { // else see follow
		var size *int64
		if f, _ := j.listed(e.ISO); f != nil {
			size = f.exactSize()
		}
		check(NetbootFault{Name: e.ISO, URL: e.ISO, Least: least[LeastImage], Needed: true}, size)
	}
	return faults
}

// isFault completes a fault, and reports whether it is one. exact is the size that a
// listing tells; what the tree said to a question for the file counts before that.
func (e *NetbootEntry) isFault(f *NetbootFault, exact *int64) bool {
	a := e.answer(f.Name)
	if a.Status != 0 {
		f.Status, f.Least = a.Status, 0
		return a.Times >= GonePolls
	}
	if a.Size != nil {
		exact = a.Size
	}
	if exact == nil || *exact >= f.Least {
		return false
	}
	f.Size = *exact
	return true
}

// exactSize is the size of a file where it is known exactly.
func (f *File) exactSize() *int64 {
	if !f.Exact {
		return nil
	}
	return f.Size
}

// below is the address of a file in a directory; empty where either is not known.
func below(base, name string) string {
	if base == "" || name == "" {
		return ""
	}
	return base + escapePath(name)
}
