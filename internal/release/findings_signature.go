package release

import (
	"fmt"
	"slices"
)

// findSignatures tells of directories that are not believed, of all trees: what is
// shown of them is old. And of the keys that signed the lists of directories in use.
func (j *joiner) findSignatures() {
	for _, t := range j.p.Trees {
		for _, d := range t.Directories {
			switch at := (spot{dirs: []*TreeDirectory{d}, rows: j.placed[d]}); {
			case d.Signature != nil && d.Signature.State == SignatureBad:
				j.badSignature(d, at)
			case d.Held != "":
				j.directoryHeld(d, at)
			}
		}
		j.findKeys(t)
	}
}

func (j *joiner) badSignature(d *TreeDirectory, at spot) {
	text := fmt.Sprintf("%s of %s is not what was signed: the signature, made with %s, is for other bytes.",
		strongest(d), d.Path, d.Signature.signer())
	if d.Held != "" {
		text += " What is shown is of the last time that it was right."
	}
	j.report(Finding{
		Rule: "bad-signature", Text: text,
		Advice: "Find out who changed the list before anyone trusts the files; then sign the right list.",
		Actor:  ActorTree, Source: d.Tree.Name,
		Evidence: []Evidence{
			j.named(d, strongest(d), "the list that is there"),
			j.named(d, strongest(d)+".gpg", "a bad signature, made with "+d.Signature.signer()),
		},
	}, at)
}

func (j *joiner) directoryHeld(d *TreeDirectory, at spot) {
	j.report(Finding{
		Rule: "directory-held",
		Text: fmt.Sprintf("What %s shows now is not believed: %s. What is shown is of the last time that it was.",
			d.Path, trimStop(d.Held)),
		Advice: "Make the list anew of the files that are there; then the directory is believed again by itself.",
		Actor:  ActorTree, Source: d.Tree.Name,
		Evidence: []Evidence{j.lies(d, d.Held)},
	}, at)
}

// signer is the key that signed, as far as that is known.
func (s *Signature) signer() string {
	switch {
	case s.By != "" && s.Key != "":
		return "the key " + s.Key + " of " + s.By
	case s.Key != "":
		return "the key " + s.Key
	case s.By != "":
		return "a key of " + s.By
	}
	return "a key that is not known"
}

// named is the evidence of one file of a directory.
func (j *joiner) named(d *TreeDirectory, file, fact string) Evidence {
	dir := d.URL
	if dir == "" && d.Path != "" {
		dir = d.Path + "/"
	}
	return says(j.stateOf(d.Tree.Name), dir+file, fact)
}

// signing is what the keys of a tree are told apart by.
type signing struct {
	state   SignatureState
	key, by string
}

// findKeys makes one finding for each key with which something is wrong, however
// many directories it signed.
func (j *joiner) findKeys(t *Tree) {
	signed := map[signing][]*TreeDirectory{}
	var order []signing
	for _, d := range t.Directories {
		if s := d.Signature; s != nil && j.looked(d) && (s.State == SignatureUnknownKey || s.State == SignatureExpiredKey) {
			key := signing{s.State, s.Key, s.By}
			if signed[key] == nil {
				order = append(order, key)
			}
			signed[key] = append(signed[key], d)
		}
	}
	for _, key := range order {
		j.doubtfulKey(t, signed[key])
	}
}

func (j *joiner) doubtfulKey(t *Tree, dirs []*TreeDirectory) {
	const shown = 5
	d, at := dirs[0], spot{dirs: dirs}
	subject := fmt.Sprintf("%s of %s is", strongest(d), d.Path)
	if len(dirs) > 1 {
		subject = fmt.Sprintf("The checksum lists of %d directories of %s, such as %s, are", len(dirs), t.Name, d.Path)
	}
	f := Finding{
		Rule:   "unknown-key",
		Text:   fmt.Sprintf("%s signed with %s, which the keyring of %s does not have.", subject, d.Signature.signer(), t.Name),
		Advice: "Ask who runs the tree whether the key is theirs; if it is, add it to the keyring.",
		Actor:  ActorOperator, Source: t.Name,
	}
	if d.Signature.State == SignatureExpiredKey {
		f.Rule, f.Actor = "expired-key", ActorTree
		f.Text = fmt.Sprintf("%s signed with %s, which has expired or was revoked.", subject, d.Signature.signer())
		f.Advice = "Sign the lists anew with a key that holds; where the key was given more time, its newer form belongs in the keyring."
	}
	for i, d := range dirs {
		if i < shown {
			f.Evidence = append(f.Evidence, j.named(d, strongest(d)+".gpg", "signed with "+d.Signature.signer()))
		}
		at.rows = append(at.rows, newRows(at.rows, j.placed[d])...)
	}
	j.report(f, at)
}

// newRows are those of more that are not in rows.
func newRows(rows, more []*Row) []*Row {
	return slices.DeleteFunc(slices.Clone(more), func(r *Row) bool { return slices.Contains(rows, r) })
}
