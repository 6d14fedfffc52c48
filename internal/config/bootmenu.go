package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"shiplist/internal/release"
	"shiplist/internal/tomlpos"
)

// kernelOption is a word for a kernel that means nothing but itself to iPXE, GRUB and
// PXELINUX, with the address of the image at its end where it has one.
var kernelOption = regexp.MustCompile(`^[A-Za-z0-9._+/:@=~,-]*(\{iso\})?$`)

// menuFolder is the folder of a mirror in which a tree lies.
var menuFolder = regexp.MustCompile(`^[A-Za-z0-9._+~-]+(/[A-Za-z0-9._+~-]+)*$`)

func readBootMenu(t *table, r *release.BootMenuRules) {
	t.text("title", &r.Title)
	t.kernelOptions("options", &r.Options)
	t.flag("plain", &r.Plain)
	if t.has("mirror") {
		if m := t.table("mirror"); m != nil {
			r.Mirror = m.folders()
		}
	}
	if t.has("least") {
		if m := t.table("least"); m != nil {
			r.Least = m.leastSizes()
		}
	}
	t.close()
}

// leastSizes reads the sizes below which files of netboot sets are no good.
func (t *table) leastSizes() map[string]int64 {
	sizes := map[string]int64{}
	for _, what := range []string{release.LeastKernel, release.LeastInitrd, release.LeastTarball, release.LeastImage} {
		var size int64
		if t.size(what, &size); size > 0 {
			sizes[what] = size
		}
	}
	t.close()
	return sizes
}

func (t *table) kernelOptions(key string, into *[]string) {
	var all []string
	if !t.strings(key, &all) {
		return
	}
	for i, s := range all {
		if !kernelOption.MatchString(s) {
			t.doc.note(tomlpos.Element(t.at(key), i),
				fmt.Sprintf(`%q is not one word that every boot loader takes as it is; write it like "ip=dhcp" or "iso-url={iso}"`, s))
		}
	}
	*into = all
}

// folders reads where mirrors keep the trees of a role.
func (t *table) folders() map[string]string {
	folders := map[string]string{}
	for _, role := range []string{release.RoleFull, release.RoleSimple, release.RoleOld} {
		folder := ""
		t.checked(role, &folder, func(s string) bool {
			return menuFolder.MatchString(s) && !slices.ContainsFunc(strings.Split(s, "/"), func(part string) bool { return strings.Trim(part, ".") == "" })
		}, `a folder of a mirror; write it like "ubuntu-releases"`)
		if folder != "" {
			folders[role] = folder
		}
	}
	t.close()
	return folders
}
