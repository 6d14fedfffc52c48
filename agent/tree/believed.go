package tree

import (
	"maps"

	"shiplist/internal/naming"
)

// believed is what is remembered after a good poll: what it asked for and what it
// took over. Of what it could not read or did not believe the old is kept, to be
// asked for again, and of what lies below that the old as it is.
func (r *remembering) believed(lost lostPaths, doubts map[string]*doubt) *memory {
	for at, have := range r.old.listings {
		path := naming.Printable(string(at))
		switch {
		case !lost.holds(path):
		case lost.is(path):
			r.new.listings[at] = have.expired()
			r.new.listings[at].doubt = doubts[string(at)]
		case r.new.listings[at] == nil:
			r.new.listings[at] = have
		}
	}
	for at := range r.new.listings {
		if lost.is(naming.Printable(string(at))) && r.old.listings[at] == nil {
			delete(r.new.listings, at)
		}
	}
	for at, have := range r.old.files {
		dir := naming.Printable(parent(string(at)))
		switch {
		case r.failed[string(at)] || lost.is(dir):
			r.new.files[at] = have.expired()
		case r.new.files[at] == nil && lost.holds(dir):
			r.new.files[at] = have
		}
	}
	if len(lost) > 0 { // what they are the sizes of may lie there
		r.new.sizes, r.new.answers = r.allSizes(), r.allAnswers()
	}
	return r.new
}

// allSizes are the sizes that were remembered before, or asked for since.
func (r *remembering) allSizes() map[text]*heardSize {
	all := maps.Clone(r.old.sizes)
	maps.Copy(all, r.new.sizes)
	return all
}

// allAnswers are likewise those of netboot files.
func (r *remembering) allAnswers() map[text]*heardAnswer {
	all := maps.Clone(r.old.answers)
	maps.Copy(all, r.new.answers)
	return all
}

// interrupted is what is remembered after a poll that failed: the old, by which all
// that it asked for is asked for again, and the new files, which need not be sent again
// when they have not changed, sizes, and answers for netboot files.
func (r *remembering) interrupted() *memory {
	m := *r.old
	m.files = maps.Clone(r.old.files)
	for at, have := range r.new.files {
		if m.files[at] == nil {
			m.files[at] = have.expired()
		}
	}
	m.sizes, m.answers = r.allSizes(), r.allAnswers()
	return &m
}

// demand makes a directory, or a file, be asked for although it is remembered.
func (r *remembering) demand(key string) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.force[key] = true
}

// renew makes a file be asked for unless this poll did so already.
func (r *remembering) renew(path string) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.asked[path] {
		r.force[path] = true
	}
}

// due reports whether a directory will be asked for when it is listed.
func (r *remembering) due(path string) bool {
	if r == nil {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.listingDue(path, r.heardListing(path))
}

// wasAsked reports whether this poll asked for a directory or a file, and whether it
// is not what it was.
func (r *remembering) wasAsked(key string) (asked, changed bool) {
	if r == nil {
		return true, true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked[key], r.changed[key]
}

// before is a directory as it was believed at the last poll, nil where it was not.
func (r *remembering) before(path string) (*heardListing, map[string]text) {
	if r == nil {
		return nil, nil
	}
	have := r.old.listings[text(path)]
	if have == nil || have.Status != 0 {
		return nil, nil
	}
	bodies := map[string]text{}
	for _, a := range algorithms {
		if f := r.old.files[text(join(path, a.list))]; f != nil && f.Status == 0 {
			bodies[a.list] = f.Body
		}
	}
	return have, bodies
}

// renewSignature makes the signature of a list be asked for.
func (r *remembering) renewSignature(list string) {
	for _, end := range signatureEnds {
		r.renew(list + end)
	}
}
