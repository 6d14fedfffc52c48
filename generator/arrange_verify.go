package generator

import (
	"strings"

	"shiplist/internal/release"
)

// Rule of this file: it says which names stand for the words of the texts about
// checking a download; what people are told to do with them is in content.

// verifyView is how to check what the directories of a page hold.
type verifyView struct {
	Intro   html
	Lists   []listView
	Systems []instruction // what to do, for each operating system
}

// listView is the checksum list of one directory.
type listView struct {
	Dir             string // shown when the page has several
	List, Signature Link   // the signature is empty where there is none
	Signed          signatureView
	Weak            bool // its sums are easy to forge
}

// instruction is a text under a heading of its own.
type instruction struct {
	ID    string
	Title string
	Text  html
}

// checksum is a kind of checksum, as people and programs call it, with one of a file.
type checksum struct {
	title     string // "SHA-256"
	tool      string // of GNU
	algorithm string // for programs of Windows
	bits      string // for shasum; empty where that cannot make it
	hex       string
}

// checksums are the kinds that lists have, by the name of the list.
var checksums = map[string]checksum{
	"SHA512SUMS": {"SHA-512", "sha512sum", "SHA512", "512", ""},
	"SHA256SUMS": {"SHA-256", "sha256sum", "SHA256", "256", ""},
	"SHA1SUMS":   {"SHA-1", "sha1sum", "SHA1", "1", ""},
	"MD5SUMS":    {"MD5", "md5sum", "MD5", "", ""},
}

// strongest is the best checksum that is known of a file.
func strongest(f release.File) checksum {
	for _, known := range []struct{ list, hex string }{{"SHA256SUMS", f.SHA256}, {"SHA1SUMS", f.SHA1}, {"MD5SUMS", f.MD5}} {
		if known.hex != "" {
			sum := checksums[known.list]
			sum.hex = known.hex
			return sum
		}
	}
	return checksum{}
}

// fileWords are the words for one file. Without a checksum there is nothing to check.
func fileWords(f release.File, dir string) words {
	sum := strongest(f)
	if sum.hex == "" {
		return nil
	}
	w := sum.words()
	w["image"] = Link{Text: f.Name, Href: fileURL(dir, f.Name)}
	w["sum"], w["sum-line"] = Link{Text: sum.hex}, Link{Text: sum.hex + "  " + f.Name}
	return w
}

func (c checksum) words() words {
	return words{"tool": {Text: c.tool}, "algorithm": {Text: c.algorithm}, "bits": {Text: c.bits}}
}

// verify is how to check the images of a page, with real names: those of the
// directory in which its first image lies.
func (s *site) verify(d *download, root string) verifyView {
	v := verifyView{Intro: s.worded("verify", root, nil)}
	var first *release.TreeDirectory
	for _, dir := range d.dirs {
		if len(dir.Checksums) == 0 {
			continue
		}
		v.Lists = append(v.Lists, viewList(dir, len(d.dirs) > 1))
		if first == nil || len(d.images) > 0 && d.images[0].Dir == dir.Path {
			first = dir
		}
	}
	if first == nil {
		return verifyView{}
	}
	w := listWords(first)
	for _, img := range d.images {
		if img.Dir == first.Path && strongest(img.Main()).tool == w["tool"].Text {
			w = w.with(fileWords(img.Main(), img.URL))
			break
		}
	}
	v.Systems = s.instructions("verify-", root, w)
	for _, name := range []string{"signature-key", "signature"} {
		if found := s.instruction(name, root, w); found != nil {
			found[0].ID = "signature"
			v.Systems = append(v.Systems, found...)
			break
		}
	}
	return v
}

func viewList(dir *release.TreeDirectory, several bool) listView {
	list := dir.Checksums[0]
	v := listView{List: Link{Text: list, Href: fileURL(dir.URL, list)}, Signed: viewSignature(dir), Weak: list == "MD5SUMS" || list == "SHA1SUMS"}
	if several {
		v.Dir = dir.Path
	}
	if dir.Signed {
		v.Signature = Link{Text: list + ".gpg", Href: fileURL(dir.URL, list+".gpg")}
	}
	return v
}

// listWords are the words for the checksum list of a directory. Its key is a word
// only where the signature was found to be made with a key that this site knows:
// nobody is told to trust what merely lies there.
func listWords(dir *release.TreeDirectory) words {
	list := dir.Checksums[0]
	w := checksums[list].words()
	w["list"] = Link{Text: list, Href: fileURL(dir.URL, list)}
	if dir.Signed {
		w["signature"] = Link{Text: list + ".gpg", Href: fileURL(dir.URL, list+".gpg")}
	}
	if sig := dir.Signature; sig != nil && sig.State == release.SignatureGood {
		w["key"] = Link{Text: sig.Key}
	}
	return w
}

// instructions are the texts whose names begin alike and for which there are words,
// in their own order.
func (s *site) instructions(prefix, root string, w words) []instruction {
	if w == nil {
		return nil
	}
	var list []instruction
	for _, t := range s.texts.ready {
		if strings.HasPrefix(t.name, prefix) {
			list = append(list, s.instruction(t.name, root, w)...)
		}
	}
	return list
}

// instruction is the text of a name, as a list of one; of none where there is no such
// text, or no words for it.
func (s *site) instruction(name, root string, w words) []instruction {
	t := s.partNamed(name)
	if t == nil {
		return nil
	}
	text := t.fill(w, root)
	if text == "" {
		return nil
	}
	return []instruction{{release.Slug(name), t.title, text}}
}
