// Package generator makes the site: static pages from what is in the data
// directory. It opens no connection. No page knows the clock; the same facts,
// configuration, layouts and texts give the same bytes.
//
// It works in three steps, and the files are named after them. Load (load.go)
// reads the data directory and joins what the sources say to a release.Picture.
// Arrange (arrange_*.go) makes a typed struct for each page, with every address
// relative and every word chosen; generate.go lists the pages. Write renders the structs
// through the layouts (output.go) into a set of files that appears whole under its
// digest, or not at all (write.go, and package staged). The one idea to keep in mind:
// logic is in Go, layouts only place it.
//
// [Generate] does this once, and not at all where everything that a site rests on is as it
// was (basis.go). A [Builder] does it again and again in one process, and only what is new
// of it (builder.go, again.go, keys.go).
//
// # What is looked up where
//
// Layouts and texts are embedded in the program. A site owner's file of the same
// name, in the directories that [site] layouts and [site] content name, replaces
// the embedded one, file by file; see [Overlay]. In layouts there are
//
//	base.html         the frame of all pages; calls "main", which each page defines
//	partials/*.html   parts for all pages; their first comment names the type of dot
//	pages/KIND.html   one file for each kind of page
//	assets/style.css  the style sheet; gets a fingerprint in its name
//	assets/script.js  the script, likewise; may be left out
//	assets/icon.svg   the small picture of browsers, likewise; the logo takes its place
//
// All of them are parsed at the start. A mistake is a [LayoutError], with its place, the
// page on which it was met and what is known in that place; all bad layouts are told in
// one go.
// The kinds of page, with the struct that is dot and the file in which it is
// declared:
//
//	handover        handoverPage       arrange_handover.go   /handover/
//	home            homePage           arrange_home.go       /
//	series          seriesPage         arrange_series.go     /SERIES/
//	manifest        manifestPage       arrange_manifest.go   /SERIES/MILESTONE/
//	family          familyPage         arrange_family.go     /families/FAMILY/
//	product         productPage        arrange_product.go    /products/PRODUCT/
//	images          imagesPage         arrange_images.go     /images/
//	directory       directoryPage      arrange_directory.go  /images/TREE/DIR/
//	moved           movedPage          moved.go              where [[moved]] says that a page was
//	netboot         netbootPage        arrange_netboot.go    /netboot/
//	netboot-series  netbootSeriesPage  arrange_netboot.go    /netboot/SERIES/
//	archive         archivePage        arrange_archive.go    /archive/
//	changes         changesPage        arrange_changes.go    /changes/, /changes/SERIES/
//	changes-day     changesDayPage     arrange_changes.go    /changes/DAY/
//	checks          checksPage         arrange_checks.go     /checks/
//	rule            rulePage           arrange_checks.go     /checks/RULE/ where there are many
//	text            textPage           arrange_text.go       /NAME/ for each text
//	trees           treesPage          arrange_trees.go      /trees/
//	404             lostPage           arrange_text.go       /404.html
//
// Every struct embeds [Page], so .Title, .Root, .Menu, .Crumbs, .Sources and the
// rest are there on every page. Addresses in the structs are relative to the page.
// Beside each manifest lie manifest.json, manifest.csv and manifest.txt, beside each product
// product.json. The lists for programs below /api/v1/ are made by arrange_api*.go, and
// rest on no layout; what their fields mean is in schema/. So are the feeds, by feed.go.
//
// In content, each NAME.md is the page /NAME/, and index.md of a directory is the
// page of that directory. A text begins with front matter in TOML:
//
//	+++
//	title = "For mirrors"          # required
//	description = "One sentence."
//	menu = "Mirrors"               # the word in the navigation; left out: not there
//	foot = "For mirrors"           # the word at the foot of every page, likewise
//	order = 30                     # place among both
//	+++
//
// An unknown key or a wrong type is an error with file and line. Links that begin
// with a slash count from the site's root and are made relative. HTML in a text is
// left out. In code, state:ready shows the mark and the word of a state, or of a severity.
// The texts in content/parts are shown inside generated pages: home,
// images, checks, trees, handover, netboot, netboot-series, archive, archive-support, bugs (where to report
// them), not-found, not-found-places (with links, where [site] base_url is set), and those
// of the next two sections.
//
// # Texts of publishing pages
//
//	daily             on pages of current daily builds
//	pending           on those of pending ones
//	not-out           on those of a release that is in testing
//	test-version      on those of betas and snapshots
//	superseded        there is something newer in the series
//	ended             the series is no longer supported
//	instead           what to take instead, after one of these
//	held              what is shown is older than what lies there
//	oversized         an image is larger than its limit
//	oversized-marked  the same, where only the tree's mark says so
//	split             what to do with a download in several files
//	check-NAME        one for each system: how to check this very file
//	verify            why one checks a download
//	verify-NAME       one for each system: how to check it by the list
//	use-TYPE          what to do with a file of a type, as use-img.xz for NAME.img.xz
//	signature         who made the list
//	signature-key     the same, where the key is known
//
// Those with a NAME are shown in the order of the key order in their front matter,
// under their titles; another file adds one. In all of them words may stand, in whose
// place each page sets its own names:
//
//	image        name of the file
//	sum          its checksum
//	sum-line     its line in the list, as checksum programs read it
//	tool         the program that makes such checksums: sha256sum
//	algorithm    the same for programs of Windows: SHA256
//	bits         the same for shasum: 256; MD5 has none
//	list         the list of checksums: SHA256SUMS
//	signature    its signature: SHA256SUMS.gpg
//	key          the fingerprint of the key that made it, where the signature was good
//	parts        in how many files a download comes
//	limit        how large it should be at most
//	over         by how much it is larger
//	release      what the page shows: Kubuntu 24.04.2 LTS
//	newer        what is newer in the series
//	newest       the newest release of the project that is supported
//	series       the series
//	support-end  the last day of its standard support
//
// A word stands in text or code, {{image}}, and not in an address: in a sentence it is
// a link by itself where it has an address. In a block of code whose language is sh,
// powershell or cmd it is quoted for that shell. In one of dnsmasq, grub, ipxe, pxelinux
// or copy (for all else), which know no quotes in common, it has to be a plain word. All
// these can be copied; a block of no language shows an answer. An unknown word is an error with file and line. A text with a word for which a page has
// no value, or none that can be written there, is left out of that page.
//
// # Texts about starting a machine over the network
//
//	boot-NAME         one for each way to start; shown for each netboot set of which
//	                  all is known that the text speaks of
//
// Besides order, their front matter may have arches, the architectures that the text
// is for (the part before a "+" is enough), and without, words with which it is left
// out; several with blanks between. Their words:
//
//	address          of the directory of the set
//	arch             name of the architecture: arm64+largemem
//	bios             the file with which a PC with BIOS begins: pxelinux.0
//	efi              the one with which UEFI begins: bootx64.efi
//	efi-address      its address
//	files            the addresses of all files in one word, as curl reads it
//	grub             GRUB for UEFI: grubx64.efi
//	initrd           name of the ramdisk, below the directory
//	initrd-address   its address
//	initrd-name      its name without directories
//	iso              address of the image that the installer goes on to fetch
//	kernel           name of the kernel, below the directory
//	kernel-address   its address
//	release          which set it is: 24.04.4, Daily 20260423
//	tarball          name of the file that has the whole set
//	tarball-address  its address
//	tarball-sum      its SHA-256
//
//	menu-NAME         how to use the menus for boot loaders, on the index of netboot
//
// They are files of the site that no layout makes, as a name means something else to each
// boot loader: bootmenu.go. The words of these texts:
//
//	entry            what the menus call their first installer: noble-amd64
//	grub             the menu for GRUB
//	grub-host        where the site will be; as the following only with base_url
//	grub-path        path of that menu on that host
//	ipxe             the menu for iPXE
//	ipxe-address     its address
//	pxelinux         the menu for PXELINUX
//	pxelinux-address its address
//	series           the series of that installer, in the menus' words
//
// # Headers of the trees
//
// For directories of trees with headers = true three further files are made, which lie
// in the tree and not in the site. Their dot is a headersPage (arrange_headers.go), which
// has no [Page]; they use no part of the other layouts.
//
//	headers/header.html   HEADER.html: the page up to the listing of the server
//	headers/footer.html   FOOTER.html: what closes that page
//	headers/htaccess.txt  .htaccess: how the server lists the directory
//	headers/style.css     the style, which header.html has in it
//
// In htaccess.txt nothing is escaped, as html/template does not know the language of
// Apache: what the struct has is ready to stand in double quotes, and only there. The
// template "description" in it makes a file's words in the listing, with a fileWord as
// dot, as plain text. Addresses in these files are names in the directory, or whole
// ones; those of the site are empty where base_url is.
//
// # Hand-overs
//
// A file of layouts/handover makes a file of the same name for readers elsewhere, where a
// [[handover]] of the configuration names it. Its dot is a handoverFacts
// (arrange_handover.go): of a milestone, or of all that is out. It uses no part of the
// other layouts. Where its name ends in .html it is escaped as pages are. In all others
// nothing is escaped; no text of the dot has a line break, and besides the functions below
// there are
//
//	csv    a record of CSV of its arguments, safe for spreadsheets
//	json   any value as JSON: {"name": {{json .Name}}}
//	wrap   a paragraph of at most 72 columns, for mail: {{wrap "- " .Title "is out."}}
//	       begins with the first argument, has the others with a blank between them, and
//	       its further lines are set in as far
//
// What a template called .json makes has to be JSON.
//
// # Functions for layouts
//
// Besides the functions that html/template has, layouts may use these, and no
// others. None knows the clock, the environment, a file or the network.
//
//	bytes       a whole number with its thousands apart: 6,518,974,464
//	day         a date like 2026-04-23 in words
//	moment      a time in words, in UTC
//	plural      plural 2 "image" is "2 images"; a third argument is the plural
//	size        a number of bytes as people read it: 6.52 GB
//	stamp       a time for machines, RFC 3339
//
// From sprig, where their documentation is:
//
//	add, coalesce, contains, default, div, empty, first, has, hasPrefix, hasSuffix,
//	initial, join, last, list, lower, max, min, mod, mul, nospace, replace, rest,
//	splitList, sub, ternary, trim, trimPrefix, trimSuffix, trunc, uniq, upper
//
// # Staged sets
//
// [Generate] writes into the directory that [site] staged names. Each set lies there
// under the sha256 of its paths and contents; the file "latest" names the newest. A
// file that did not change since the newest earlier set is a hard link to it and
// keeps its time. The last ten sets are kept, and the published one. A directory
// that is not empty and was not made by shiplist is refused.
package generator
