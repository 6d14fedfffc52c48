package release

import "fmt"

// findLists looks at the checksum lists of the directories in use.
func (j *joiner) findLists() {
	for _, t := range j.p.Trees {
		for _, d := range t.Directories {
			at := spot{dirs: []*TreeDirectory{d}, rows: j.placed[d]}
			if len(d.Gone) > 0 && d.traits.used {
				j.checksumGone(d, at)
			}
			if j.looked(d) {
				j.listState(d, at)
			}
		}
	}
}

// looked reports whether the checksum list of a directory is looked after: it is
// used, and of a series that is kept.
func (j *joiner) looked(d *TreeDirectory) bool {
	return d.traits.used && j.kept(d.traits.line) && len(d.Images) > 0
}

func (j *joiner) checksumGone(d *TreeDirectory, at spot) {
	j.report(Finding{
		Rule: "checksum-gone",
		Text: fmt.Sprintf("%s of %s names files that are not there: %s.", strongest(d), d.Path, listWords(d.Gone)),
		Advice: "Make the list anew, or put the files back; until then checking the list fails " +
			"for everyone.",
		Actor:    ActorTree,
		Evidence: []Evidence{j.lies(d, Plural(len(d.Gone), "name", "names")+" without a file")},
	}, at)
}

// listState tells of images without a checksum and of lists without a signature.
func (j *joiner) listState(d *TreeDirectory, at spot) {
	f := Finding{Actor: ActorTree, Advice: "Make the checksum list anew and sign it."}
	switch {
	case len(d.Checksums) == 0:
		f.Rule = "unlisted"
		f.Text = fmt.Sprintf("%s has no checksum list for its %s.", d.Path, Plural(len(d.Images), "image", "images"))
	case len(d.Unlisted) > 0:
		f.Rule = "unlisted"
		f.Text = fmt.Sprintf("%s of %s does not name %s.", strongest(d), d.Path, listWords(d.Unlisted))
	}
	if f.Rule != "" {
		f.Evidence = []Evidence{j.lies(d, "the files are there")}
		j.report(f, at)
	}
	if len(d.Checksums) > 0 {
		j.unsigned(d, at)
	}
}

// unsigned tells of a list without a signature. Where the tree has a keyring it was
// looked for; else only the listing is known.
func (j *joiner) unsigned(d *TreeDirectory, at spot) {
	f := Finding{
		Rule:     "unsigned",
		Text:     fmt.Sprintf("%s of %s has no signature beside it.", strongest(d), d.Path),
		Advice:   "Sign the list.",
		Actor:    ActorTree,
		Evidence: []Evidence{j.lies(d, "no "+strongest(d)+".gpg")},
	}
	switch s := d.Signature; {
	case s != nil && s.State == SignatureUnreadable:
		f.Text = fmt.Sprintf("What lies beside %s of %s as its signature is none.", strongest(d), d.Path)
		f.Evidence = []Evidence{j.named(d, strongest(d)+".gpg", "no signature")}
	case d.Signed && (s == nil || s.State != SignatureMissing):
		return
	}
	j.report(f, at)
}

func strongest(d *TreeDirectory) string {
	if len(d.Checksums) == 0 {
		return "The checksum list"
	}
	return d.Checksums[0]
}
