package generator

import (
	"slices"
	"strings"
)

// vocabulary is which words may stand in some texts of content/parts.
type vocabulary struct {
	parts []string // names of the texts, as patterns of which only the end may be open
	words []string
}

// vocabularies are those of publishing pages, of ways to start a machine, and of the
// menus for boot loaders.
var vocabularies = []vocabulary{
	{
		parts: []string{
			"check-*", "daily", "ended", "held", "instead", "not-out", "oversized*", "pending", "signature*", "split", "superseded",
			"test-version", "use-*", "verify*",
		},
		words: []string{
			"algorithm", "bits", "image", "key", "limit", "list", "newer", "newest", "over", "parts",
			"release", "series", "signature", "sum", "sum-line", "support-end", "tool",
		},
	},
	{
		parts: []string{"boot-*"},
		words: []string{
			"address", "arch", "bios", "efi", "efi-address", "files", "grub", "initrd", "initrd-address", "initrd-name",
			"iso", "kernel", "kernel-address", "release", "tarball", "tarball-address", "tarball-sum",
		},
	},
	{
		parts: []string{"menu-*"},
		words: []string{"entry", "grub", "grub-host", "grub-path", "ipxe", "ipxe-address", "pxelinux", "pxelinux-address", "series"},
	},
}

// vocabularyOf is that of a text; nil where no word may stand.
func vocabularyOf(part string) *vocabulary {
	for i := range vocabularies {
		if slices.ContainsFunc(vocabularies[i].parts, func(p string) bool {
			open, ok := strings.CutSuffix(p, "*")
			return part == p || ok && strings.HasPrefix(part, open)
		}) {
			return &vocabularies[i]
		}
	}
	return nil
}

// wordyParts are the texts in which words may stand.
func wordyParts() []string {
	var parts []string
	for _, v := range vocabularies {
		parts = append(parts, v.parts...)
	}
	return parts
}

// bootWord reports whether a name is one word, which means nothing but itself, to
// dnsmasq, GRUB, iPXE and PXELINUX. They have no way of quoting in common, so a text with
// a name that is not is left out.
func bootWord(s string) bool {
	return s != "" && s[0] != '-' && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._+-/:%~@=", r)
	})
}
