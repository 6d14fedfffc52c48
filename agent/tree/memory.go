package tree

import (
	"slices"
	"time"

	"shiplist/agent/fetch"
)

// memory is what the server said at earlier polls: raw answers, so that what is made
// of them may change. It is read at the start of a poll and written at its end, and
// holds nothing that could not be asked for again.
type memory struct {
	tree string // address
	// listings and files are the answers, by path below the tree.
	listings map[text]*heardListing
	files    map[text]*heardFile
	// hints are the change hints as they were when a poll last relied on them.
	hints map[text]*heardHint
	// sizes are what was said to HEAD of downloads that the facts do not have yet, by
	// sizeKey: an answer that is held back, or cut short, must not cost them again.
	sizes map[text]*heardSize
	// answers are what was said of the files of netboot sets, by path below the tree.
	answers map[text]*heardAnswer
	// distrust is why the hints are left alone until a moment.
	distrust *distrust
}

// heard is what all answers have in common.
type heard struct {
	// Asked is when it was asked for; zero where it has to be asked for again.
	Asked time.Time `json:"asked,omitzero"`
	// Seen is when it was asked for last, where Asked is zero.
	Seen time.Time `json:"seen,omitzero"`
	// Changed is when it was first seen to be as it is; zero where it was so at first sight of the tree.
	Changed    time.Time        `json:"changed,omitzero"`
	Validators fetch.Validators `json:"validators,omitzero"`
	// Status and Text are those of an answer that said that there is nothing to see.
	Status int  `json:"status,omitempty"`
	Text   text `json:"text,omitempty"`
	Hash   text `json:"hash,omitempty"` // of the body
}

// last is when the answer came.
func (h *heard) last() time.Time {
	if h.Asked.IsZero() {
		return h.Seen
	}
	return h.Asked
}

type heardListing struct {
	heard
	list *listing // nil where there was none; not changed
	// stamp is how the directory above showed this one when it was asked for.
	stamp text
	// doubt is what was not believed of the directory since.
	doubt *doubt
}

// doubt is something that time may settle.
type doubt struct {
	Since time.Time `json:"since"`
	What  text      `json:"what"`
}

type heardFile struct {
	heard
	Body text `json:"body,omitempty"`
	// Checked is what the file said, where it is a signature.
	Checked *checked `json:"checked,omitempty"`
}

type heardHint struct {
	Hash    text      `json:"hash"`
	Changed time.Time `json:"changed"`
}

type heardSize struct {
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified,omitzero"`
}

type distrust struct {
	Until time.Time `json:"until"`
	Hint  text      `json:"hint"`
	Path  text      `json:"path"`
}

// The bounds of a memory. What is larger than one is not remembered, and asked for
// anew each time.
const (
	maxMemory     = 256 << 20 // unpacked
	maxBody       = 4 << 20
	maxBodies     = 32 << 20
	maxStatusText = 200
)

func newMemory(tree string) *memory {
	return &memory{tree: tree, listings: map[text]*heardListing{}, files: map[text]*heardFile{}, hints: map[text]*heardHint{}, sizes: map[text]*heardSize{}, answers: map[text]*heardAnswer{}}
}

// bound forgets the bodies that would make the memory too large.
func (m *memory) bound() {
	total := 0
	for _, at := range sortedKeys(m.files) {
		size := len(m.files[at].Body)
		if total += size; size > maxBody || total > maxBodies {
			delete(m.files, at)
			total -= size
		}
	}
}

func sortedKeys[V any](m map[text]V) []text {
	keys := make([]text, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// find returns the entry of a name, or nil.
func (h *heardListing) find(name string) *entry {
	if h.list == nil {
		return nil
	}
	return h.list.find(name)
}

// expired is an answer that is kept, and has to be asked for again.
func (h *heardListing) expired() *heardListing {
	c := *h
	c.Seen, c.Asked = h.last(), time.Time{}
	return &c
}

func (f *heardFile) expired() *heardFile {
	c := *f
	c.Seen, c.Asked = f.last(), time.Time{}
	return &c
}
