package release

// Tree is an image tree with what it holds.
type Tree struct {
	Name        string
	Role        string
	Site        string // public address without a slash at the end; empty where none
	Directories []*TreeDirectory
}

// TreeDirectory is a directory with its images.
type TreeDirectory struct {
	Directory
	Tree     *Tree
	URL      string // public address with a slash at the end; empty where none
	Images   []*TreeImage
	Netboot  []*NetbootEntry
	Findings []*Finding
	// Revision tells directories of the pictures that one [Joiner] made apart; zero in
	// those of [Join]. Two with the same one are the same in all that is in them: the
	// record, the images and by which products they are owned, the netboot sets, the
	// findings. What is told of the products elsewhere does not count.
	Revision uint64

	traits *dirTraits
}

// TreeImage is an image with where it lies and whose it is.
//
// The image is the record of its source's facts, which nobody changes, except for a
// build id that no tree tells: see [Join].
type TreeImage struct {
	*Image
	Tree *Tree
	// Products own the image: none where it is a stray, more than one only when
	// two products claim the same identity.
	Products []*ProductLine
	URL      string // public address of its directory, with a slash at the end
	Limit    int64  // its size limit in bytes; zero for none. Dailies only

	dir *TreeDirectory // in which it lies
}

// Main returns the first main file, or the zero File.
func (i *Image) Main() File { return *i.main() }

func (i *Image) main() *File {
	for k := range i.Files {
		if i.Files[k].Main {
			return &i.Files[k]
		}
	}
	return &File{}
}

// NetbootSeries is the netboot index of one series. Where no source names the series
// its line is not in [Picture.Lines]: it has an installer in the archive and no more.
type NetbootSeries struct {
	Line    *Line
	Entries []*NetbootEntry
}

// NetbootEntry is one netboot installer: a set in a tree, or one in the archive.
type NetbootEntry struct {
	NetbootSet
	Tree     *Tree  // nil for an installer in the archive
	URL      string // base address of the files, with a slash at the end
	Archive  bool   // from a [[netboot]] rule
	Note     string // from the rule
	Disabled bool   // switched off by a tracker; not listed
	// Product adds state and contact, where a tracker has a netboot product for it.
	Product *ProductLine
	State   State
	BuildID string
	Contact string
	// Hashed says that a checksum list covers at least one of the files.
	Hashed bool
	// Image is the address of the ISO to start with: the one that the configuration
	// names, or the same one in an archive when it has Moved there; where an unpacked set
	// names none the one beside. Empty where there is none.
	Image string
	Moved bool
	// Source is the archive of packages that was asked for its files; empty where none was,
	// and for sets in trees. From is its address by the rule, where it lies elsewhere since
	// its series left that archive.
	Source, From string
	// Faults are the files that are not there, or too small.
	Faults   []NetbootFault
	Findings []*Finding
}

// NetbootFault is a file of an installer that is no good.
type NetbootFault struct {
	Name   string // as in the set; of the image the address
	URL    string // empty where it has none
	Status int    // 404, 410: what the tree said of it at two polls; zero where it is too small, or not listed
	// Size and Least are of one that is too small.
	Size, Least int64
	// Needed says that nothing starts without it.
	Needed bool
}
