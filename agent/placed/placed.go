// Package placed looks whether the files of a publish set lie where they should: in
// folders, as on the build host, or on servers. It asks for what the set names, for the
// listing of its folders, and for its checksum lists; it stores nothing.
package placed

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"shiplist/agent/fetch"
	"shiplist/internal/release"
)

// Places are the roots of the trees by their role: a folder, or an address.
type Places map[string]string

// roles are those in which anything is published.
var roles = []string{release.RoleFull, release.RoleSimple}

// Parse reads places as they are written on the command line: DIR or URL, below which
// each role has a folder, as on the build host; or ROLE=DIR and ROLE=URL.
func Parse(texts []string) (Places, error) {
	p := Places{}
	for _, text := range texts {
		role, root, named := strings.Cut(text, "=")
		switch {
		case text == "" || named && root == "":
			return nil, fmt.Errorf("%q names no place; write a directory or an address", text)
		case named && (role == release.RoleFull || role == release.RoleSimple):
			p[role] = root
		default:
			for _, role := range roles {
				p[role] = below(text, role)
			}
		}
	}
	return p, nil
}

// below is a name below a root.
func below(root, name string) string { return strings.TrimRight(root, "/") + "/" + name }

// listLimit bounds a checksum list.
const listLimit = 16 << 20

// sums is the name of the checksum list that is read.
const sums = "SHA256SUMS"

// Find finds the files of the roles that have a place, by their path with the role
// before it: those that are expected, and all others that the folders or the checksum
// lists of the set's directories name.
func (p Places) Find(ctx context.Context, client *fetch.Client, set *release.PublishSet) (map[string]release.FoundFile, error) {
	found := map[string]release.FoundFile{}
	for _, role := range roles {
		root, given := p[role]
		if !given {
			continue
		}
		var t tree = server{root, client.Session()}
		if !fetch.IsAddress(root) {
			folder, err := os.OpenRoot(root)
			if errors.Is(err, fs.ErrNotExist) && len(expected(set, role)) == 0 {
				continue
			}
			if err != nil {
				return nil, err
			}
			defer folder.Close()
			t = folderTree{folder}
		}
		if err := find(ctx, t, role, set, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Has reports whether the trees of a role have a place.
func (p Places) Has(role string) bool { return p[role] != "" }

// expected are the paths of a role, below it.
func expected(set *release.PublishSet, role string) []string {
	var list []string
	for _, e := range set.Expected() {
		if name, ok := strings.CutPrefix(e.Path, role+"/"); ok {
			list = append(list, name)
		}
	}
	return list
}

func find(ctx context.Context, t tree, role string, set *release.PublishSet, found map[string]release.FoundFile) error {
	asked := map[string]bool{}
	add := func(name string) error {
		if asked[name] {
			return nil
		}
		asked[name] = true
		size, there, err := t.size(ctx, name)
		if why := unseen(err); why != "" {
			found[path.Join(role, name)] = release.FoundFile{Size: -1, Unseen: why}
			return nil
		}
		if there {
			found[path.Join(role, name)] = release.FoundFile{Size: size}
		}
		return err
	}
	for _, name := range expected(set, role) {
		if err := add(name); err != nil {
			return err
		}
	}
	for _, dir := range set.Dirs() {
		dir, ok := strings.CutPrefix(dir, role+"/")
		if !ok {
			continue
		}
		names, err := t.names(dir)
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := add(path.Join(dir, name)); err != nil {
				return err
			}
		}
		list, err := t.read(ctx, path.Join(dir, sums))
		if why := unseen(err); why != "" {
			found[path.Join(role, dir, sums)] = release.FoundFile{Size: -1, Unseen: why}
			continue
		}
		if err != nil {
			return err
		}
		addSums(list, role, dir, asked, found)
	}
	return nil
}

// unseen is what a server said that did not let a file be seen, though it answered, or
// is left alone since; "" for any other error. Nothing follows from it for other files.
func unseen(err error) string {
	var failed *fetch.Error
	if errors.As(err, &failed) && (failed.Kind == fetch.KindStatus || failed.Kind == fetch.KindResting) {
		return failed.Text
	}
	return ""
}

// addSums adds the checksums of a list, and the names that nobody asked for.
func addSums(list []byte, role, dir string, asked map[string]bool, found map[string]release.FoundFile) {
	for line := range strings.Lines(string(list)) {
		sum, name, ok := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		name = strings.TrimPrefix(strings.TrimLeft(name, " "), "*")
		if !ok || len(sum) != 64 || name == "" || strings.Contains(name, "/") {
			continue
		}
		below := path.Join(dir, name)
		file, there := found[path.Join(role, below)]
		switch {
		case there:
			file.SHA256 = strings.ToLower(sum)
		case asked[below]:
			continue // it is named, and not there
		default:
			file = release.FoundFile{Size: -1, SHA256: strings.ToLower(sum)}
		}
		found[path.Join(role, below)] = file
	}
}
