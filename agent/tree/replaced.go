package tree

import (
	"fmt"
	"slices"
	"time"

	"shiplist/internal/naming"
)

// Files may be replaced under a list that still has the checksums of the old ones; and
// where files are copied by name, the list comes first. Nothing in one look at the
// directory tells; but the look before does: the list says the same of a file, and the
// listing another size or date; or the other way round.

// settleAfter is how long what only dates tell has to stay so until it is believed:
// that the files are the same, of a mirror that was copied anew, or that it was the
// list that was wrong.
const settleAfter = time.Hour

// replaced says which file is not the one of which the strongest list has the
// checksum, "" where nothing speaks for that.
func (c *crawl) replaced(n *node) string {
	list := n.strongest()
	if name := c.resized(n, list); name != "" {
		return fmt.Sprintf("%s has the checksum of before in %s, and another size", name, n.lists[0])
	}
	before, bodies := c.memory.before(n.path)
	if before == nil || len(n.lists) == 0 || bodies[n.lists[0]] == "" {
		return ""
	}
	then, _, err := c.parseSums(join(n.path, n.lists[0]), []byte(bodies[n.lists[0]]))
	if err != nil || string(bodies[n.lists[0]]) == string(n.bodies[n.lists[0]]) && redated(before, n.list, n.lists[0]) {
		return "" // the list was written again, and says the same
	}
	why := ""
	if name := c.redatedOnly(n, before, list, then); name != "" {
		why = fmt.Sprintf("%s has the checksum of before in %s, and another date", name, n.lists[0])
	} else if name := n.unreplaced(before, list, then); name != "" {
		why = fmt.Sprintf("%s has another checksum than before in %s, and the size and date of before", name, n.lists[0])
	}
	if why == "" || c.hasSettled(n.path, before.doubt, why) {
		return ""
	}
	return why
}

// resized is the first file whose size is not the one that is known of its checksum.
func (c *crawl) resized(n *node, list sums) string {
	for _, image := range c.known.images[naming.Printable(n.path)] {
		for _, f := range image.Files {
			hash := list[f.Name]
			if !f.Exact || f.Size == nil || hash == "" || hash != checksum(f) {
				continue
			}
			if e := n.list.find(f.Name); e != nil && !e.agrees(*f.Size) {
				return f.Name
			}
		}
	}
	return ""
}

// redatedOnly is the first file with the same checksum as before and another size or
// date, unless all dates are off by the same hours, as when the server's zone changes.
func (c *crawl) redatedOnly(n *node, before *heardListing, list, then sums) string {
	var names []string
	moved := map[time.Duration]bool{}
	for _, e := range n.list.entries {
		had := before.find(e.name)
		if had == nil || e.dir {
			continue
		}
		shift, known := shiftOf(had.stamp, e.stamp)
		if !known || shift.Abs() > 14*time.Hour || shift%(15*time.Minute) != 0 {
			shift = -1 // no zone
		}
		moved[shift] = true
		hash := list[e.name]
		if hash != "" && hash == then[e.name] && redated(before, n.list, e.name) {
			names = append(names, e.name)
		}
	}
	if len(names) == 0 || len(moved) == 1 && !moved[-1] && !moved[0] {
		return ""
	}
	slices.Sort(names)
	return names[0]
}

// unreplaced is the first file with another checksum than before and the same size
// and date.
func (n *node) unreplaced(before *heardListing, list, then sums) string {
	for _, e := range n.list.entries {
		was, now := then[e.name], list[e.name]
		dated := e.stamp != "" || !e.modified.IsZero()
		if was != "" && now != "" && was != now && !e.dir && dated && !redated(before, n.list, e.name) {
			return e.name
		}
	}
	return ""
}

// redated reports whether a file is shown otherwise than before.
func redated(before *heardListing, now *listing, name string) bool {
	had, e := before.find(name), now.find(name)
	return had == nil || e == nil || e.size != had.size || e.stamp != had.stamp || !e.modified.Equal(had.modified)
}

// shiftOf is by how much two dates of a listing differ.
func shiftOf(before, now string) (time.Duration, bool) {
	for _, form := range stampForms {
		if len(before) < len(form) || len(now) < len(form) {
			continue
		}
		a, err1 := time.Parse(form, before[:len(form)])
		b, err2 := time.Parse(form, now[:len(form)])
		if err1 == nil && err2 == nil {
			return b.Sub(a), true
		}
	}
	return 0, false
}

// hasSettled reports whether a doubt is as old as it has to be, and keeps it.
func (c *crawl) hasSettled(path string, old *doubt, why string) bool {
	d := &doubt{Since: c.now, What: text(why)}
	if old != nil && old.What == d.What && !old.Since.After(c.now) {
		d.Since = old.Since
	}
	c.doubtsMu.Lock()
	c.doubts[path] = d
	c.doubtsMu.Unlock()
	return c.now.Sub(d.Since) >= settleAfter
}
