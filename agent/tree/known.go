package tree

import (
	"cmp"
	"slices"
	"strings"

	"shiplist/internal/naming"
	"shiplist/internal/release"
)

// known is what the last poll knew, by what it is looked up by. Nothing in it is
// changed. Its paths and names are the printable ones.
type known struct {
	facts       *release.Facts
	directories map[string]*release.Directory
	images      map[string][]*release.Image // by directory
	sizes       map[string]release.File     // exact ones by name and checksum, or by directory and name
	builds      map[string]string           // oldest build id by checksum and kind of build
	aliases     map[string]string           // alias: directory
	names       map[string]map[string]bool  // by directory: the names of what is in it
	configs     []string                    // names of boot configurations, below a netboot set
}

// newKnown indexes the facts of the last poll.
func newKnown(facts *release.Facts, rules release.Rules) *known {
	if facts == nil {
		facts = &release.Facts{}
	}
	k := &known{
		facts: facts, directories: map[string]*release.Directory{}, images: map[string][]*release.Image{},
		sizes: map[string]release.File{}, builds: map[string]string{}, aliases: map[string]string{}, names: map[string]map[string]bool{}, configs: bootConfigs(rules),
	}
	for i := range facts.Directories {
		d := &facts.Directories[i]
		k.directories[d.Path] = d
		k.addPath(d.Path)
		for _, alias := range d.Aliases {
			k.aliases[alias] = d.Path
		}
	}
	for _, set := range facts.Netboot {
		k.addNetboot(set)
	}
	for i := range facts.Images {
		image := &facts.Images[i]
		k.images[image.Dir] = append(k.images[image.Dir], image)
		for _, f := range image.Files {
			k.addName(image.Dir, f.Name)
			if f.Main {
				k.addFile(image, f)
			}
		}
	}
	return k
}

// addNetboot adds the names of an unpacked netboot directory.
func (k *known) addNetboot(set release.NetbootSet) {
	if set.Dir == "" {
		return
	}
	k.addPath(set.Dir)
	for _, name := range []string{set.Kernel, set.Initrd} {
		if name != "" {
			k.addName(set.Dir, name)
		}
	}
	for _, f := range set.Boot {
		k.addPath(join(set.Dir, f.Name))
	}
}

// addPath adds a path to what is in the directories above it.
func (k *known) addPath(path string) {
	for at := path; at != ""; at = parent(at) {
		k.addName(parent(at), lastName(at))
	}
}

func (k *known) addName(dir, name string) {
	if k.names[dir] == nil {
		k.names[dir] = map[string]bool{}
	}
	k.names[dir][name] = true
}

// vanished reports whether something was known to be in a directory of which it
// shows nothing.
func (k *known) vanished(n *node) bool {
	names := k.names[naming.Printable(n.path)]
	return len(names) > 0 && !slices.ContainsFunc(n.list.entries, func(e entry) bool { return names[naming.Printable(e.name)] })
}

// listBelow is the path of the first checksum list that was known at or below a
// directory, "" without one.
func (k *known) listBelow(path string) string {
	for _, d := range k.facts.Directories {
		if len(d.Checksums) > 0 && below(d.Path, path) {
			return join(d.Path, d.Checksums[0])
		}
	}
	return ""
}

// configBelow is the path of a boot configuration that was known at or below a
// directory, "" without one.
func (k *known) configBelow(path string) string {
	for _, set := range k.facts.Netboot {
		for _, f := range set.Boot {
			at := join(set.Dir, f.Name)
			if slices.Contains(k.configs, f.Name) && below(at, path) {
				return at
			}
		}
	}
	return ""
}

func (k *known) addFile(image *release.Image, f release.File) {
	if f.Exact && f.Size != nil {
		k.sizes[sizeKey(image.Dir, f)] = f
	}
	hash := checksum(f)
	if image.BuildID == "" || hash == "" {
		return
	}
	for _, key := range []string{buildKey(image, hash), hash} {
		have, ok := k.builds[key]
		if !ok || release.CompareBuildIDs(image.BuildID, have) < 0 {
			k.builds[key] = image.BuildID
		}
	}
}

// checksum is the strongest checksum of a file.
func checksum(f release.File) string { return cmp.Or(f.SHA256, f.SHA1, f.MD5) }

// sizeKey is under what the exact size of a file is remembered: its name and
// checksum, wherever it lies; without one, its place.
func sizeKey(dir string, f release.File) string {
	if hash := checksum(f); hash != "" {
		return f.Name + "\x00" + hash
	}
	return dir + "\x00" + f.Name
}

// buildKey tells builds apart by what they are builds of.
func buildKey(image *release.Image, hash string) string {
	return image.Project + "\x00" + image.ImageType + "\x00" + hash
}

// has reports whether anything was known of a directory or below it.
func (k *known) has(path string) bool {
	if k.directories[path] != nil || len(k.images[path]) > 0 {
		return true
	}
	for at := range k.directories {
		if below(at, path) {
			return true
		}
	}
	return false
}

// isAlias reports whether a path was a second name of a directory, or one above
// second names.
func (k *known) isAlias(path string) bool {
	for alias := range k.aliases {
		if alias == path || strings.HasPrefix(alias, path+"/") {
			return true
		}
	}
	return false
}

// sums is the checksum list of a directory as it was known.
func (k *known) sums(path string) sums {
	list := sums{}
	for _, image := range k.images[path] {
		for _, f := range image.Files {
			if hash := checksum(f); hash != "" {
				list[f.Name] = hash
			}
		}
	}
	return list
}
