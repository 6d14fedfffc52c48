package generator

import (
	"strings"
	"time"

	"shiplist/internal/release"
)

// heldView is a directory that holds something else than what is shown.
type heldView struct {
	Dir    string // shown when the page has several
	Reason string
	Text   html // what that means for a reader
}

// signatureView tells who signed a checksum list, and whether that holds.
type signatureView struct {
	Class string // of its mark; empty where nothing was checked
	Text  string
	Key   string // fingerprint of the key, in groups of four
}

// viewHeld shows the directories of a page that are not believed.
func (s *site) viewHeld(d *download, root string) []heldView {
	var list []heldView
	for _, dir := range d.dirs {
		if dir.Held == "" {
			continue
		}
		v := heldView{Reason: sentence(dir.Held), Text: s.worded("held", root, nil)}
		if len(d.dirs) > 1 {
			v.Dir = dir.Path
		}
		list = append(list, v)
	}
	return list
}

// viewSignature says what checking the signature of a list gave; empty where there is
// nothing to say but that there is none.
func viewSignature(dir *release.TreeDirectory) signatureView {
	s, list := dir.Signature, dir.Checksums[0]
	if s == nil {
		if !dir.Signed {
			return signatureView{}
		}
		return signatureView{Text: "This page did not check the signature of " + list + "."}
	}
	v := signatureView{Class: "warning", Key: fours(s.Key)}
	switch s.State {
	case release.SignatureMissing:
		return signatureView{}
	case release.SignatureGood:
		v.Class, v.Text = "ready", list+" is signed"+signedBy(s)+". The signature is good."
	case release.SignatureExpiredKey:
		v.Text = list + " is signed" + signedBy(s) + ". The signature is right, but its key has expired or was revoked."
	case release.SignatureUnknownKey:
		v.Text = list + " is signed" + signedBy(s) + " with a key that this site does not know."
	case release.SignatureBad:
		v.Class, v.Text = "blocker", "The signature of "+list+" is bad: it was made"+signedBy(s)+" for another list. Do not trust the files."
	case release.SignatureUnreadable:
		v.Text = "What lies beside " + list + " as its signature is none."
	default:
		v.Text = "Checking the signature of " + list + " gave: " + sentence(string(s.State))
	}
	return v
}

// signedBy is by whom and when, as far as that is known.
func signedBy(s *release.Signature) string {
	text := ""
	if s.By != "" {
		text = " by " + s.By
	}
	if !s.Made.IsZero() {
		text += " on " + day(s.Made.UTC().Format(time.DateOnly))
	}
	return text
}

// fours sets a fingerprint in groups of four, as people compare it.
func fours(key string) string {
	var b strings.Builder
	for i, r := range []rune(key) {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
