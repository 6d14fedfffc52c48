package release

// forest is what the trees hold, whose it is, and in which order it is shown: all that
// follows from the facts of the trees, from the rules, and from what the products are in
// the trees. No milestone, no state and no time has a part in it, so it is the same
// from picture to picture while only trackers have news: a [Joiner] keeps it. Nothing
// in it leads into a picture, and nothing changes it once it is made.
//
// Numbers stand for directories and images: their places in dirs and images, where they
// are in the order in which the facts name them.
type forest struct {
	trees  []forestTree
	dirs   []forestDir
	images []forestImage
	// owners are the sets of products, by slug, that images belong to.
	owners [][]string
	// ruled are the rules of products that no tracker has and that own an image.
	ruled []*ProductRule

	at, aliases map[dirKey]int32
	// released are the first images of a name outside pools.
	released map[nameKey]int32
	held     []heldImages       // in the order of the facts
	ofOwner  map[string][]int32 // the images of a product by its slug, newest first
	oversize []int32            // dailies, in the order shown
	namesake [][2]int32         // released images of one name and different bytes
	kinds    []forestKind       // of current dailies
	unknown  []forestUnknown    // sorted
	heldAt   map[[2]string]int  // of held, by product and series
	memo     rowMemo
}

type forestTree struct {
	Name, Role, Site string
	dirs             []int32 // in the order shown
	dailies          bool    // it holds some
	// mains are the main files whose size is known, rounded those of which it is not
	// exact; example is the first of these.
	mains, rounded int
	example        sizedFile
}

// sizedFile is a file in a directory.
type sizedFile struct {
	dir  int32
	file *File
}

type forestDir struct {
	tree   int32
	record Directory
	url    string
	images []int32 // in the order shown
	dirTraits
}

// dirTraits is what findings want to know of a directory.
type dirTraits struct {
	line    string // the slug of its line
	live    bool   // see liveDirectory
	used    bool   // see usedDirectory
	orphans string // what is in it that belongs to nothing, in words; empty for nothing
}

type forestImage struct {
	record *Image
	tree   int32
	dir    int32
	owners int32
	limit  int64
}

// heldImages are the images of one product for one series.
type heldImages struct {
	product, series string
	images          []int32
}

// forestKind is what the trees hold of a kind of daily build.
type forestKind struct {
	key    built
	arches []string
	// subs are the subprojects of the products that own the images.
	subs []string
	dirs []int32
}

// forestUnknown are the images in whose names something is not known.
type forestUnknown struct {
	unknownName
	images []int32
}

type dirKey struct{ tree, path string }

type nameKey struct{ series, name string }
