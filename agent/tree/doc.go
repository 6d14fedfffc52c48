// Package tree polls image trees: the places from which images are downloaded,
// behind any of the common web servers or in a local directory. It says what lies
// where, and knows nothing of what it should be.
//
// # What a tree offers
//
// Directory listings in HTML or JSON, made by Apache (list, preformatted text or
// table, with the site's own header and footer around them), nginx, lighttpd, Caddy,
// Python's http.server or Go's file server. Listings tell names; some tell exact
// sizes, most only rounded ones; dates come without a zone and are not stored.
// Checksum lists (SHA256SUMS, or SHA1SUMS and MD5SUMS in old directories) tell which
// bytes lie under which names, but not all names. Both are read, once each, and
// compared; package naming then tells which files are one image.
//
// # What is believed
//
// A listing is believed only when the whole of it has the shape of one of the
// servers' listings. An error page with status 200, a page that is cut off or one
// without a listing says nothing: what was known of the directory is kept, with a
// problem. So it is with a server that refuses, fails or does not answer in time. A
// build that is gone between being listed and being visited was purged, which is no
// problem. A listing in good shape that shows nothing of what was known of the
// directory is believed only when a checksum list that was known there, or below, is
// gone, too. When the tree itself cannot be listed, or the server stops answering
// altogether, the poll as a whole fails and changes nothing.
//
// Links are taken for what they lead to, not for what they show. Only links that
// lead exactly one step down are followed; see addressName.
//
// # One directory, several addresses
//
// A directory that is reached under several paths counts once. Its canonical path
// has the name of the series where there are directories for its versions, too
// (noble, not 24.04), and stands below the project where there is one at the root,
// too (ubuntu/releases, not releases), because that is how images are published;
// the others become aliases. Whether two are one is seen by a checksum list at the
// same place below both, without listing the second. Loops of links are recognised
// by a directory that shows what one above it shows, and bounded by depth.
//
// current and pending are resolved by content: see resolvePointers. manual is left
// alone.
//
// The build id of an image is the oldest one that has, or is known to have had, its
// bytes, since each build carries over what was not built again.
//
// # Site manifests
//
// .manifest (released images of a simple tree) and .manifest-daily (current and
// pending of a full tree) tell exact sizes, but are often out of date: nothing
// rewrites them when images are withdrawn or archived. So they never add or remove
// an image. They are held against the listings, and a manifest that names files
// that are not there is reported. Where exact sizes may not be asked for, those of
// released images are taken from it, if they can be what the listing shows rounded:
// released bytes stay as they are under their name. Dailies do not, so for them it
// is not asked.
//
// # One captured state
//
// Whoever publishes replaces files, checksum list and signature one after the other.
// So the list is read before the listing and after it, must be the same, and must
// name what is there; otherwise the directory is read again, three times at most. A
// list that does not stand still, a signature that is bad, and files that were
// replaced without their list, or the other way round, hold the directory: what was
// known of it stays, and Directory.Held says why. What was replaced before the first
// look at a tree cannot be told; nor can it in a local directory, which has no memory.
// See replaced.go and capture.go.
//
// # Memory and hints
//
// What a server said is remembered from poll to poll, as it said it, in a file of the
// state directory; see memory.go. The crawl runs over remembered and fresh answers
// alike, so its facts are those of a full one. What is asked for is decided in due.go:
// always what was never seen, everything once in a recheck period, and with each poll
// what can change, which the directories of a series whose life has ended cannot. A
// hint is a file that changes whenever anything does: while all hints stay as they
// are, nothing else but what is due is asked for. When a recheck finds a change that
// no hint told, the hints are left alone for a day, with a problem. A local directory
// is read as a whole each time.
//
// # What it costs
//
// A first poll: one listing for each directory; more where listing and checksum list
// disagree in a way in which they did not before. The checksum list of each directory
// twice, the second time with a condition, so that it has no body; one more for each
// pointer and each second name; the boot configuration of each netboot directory; and
// one HEAD for each download whose exact size no listing told, once for its name and
// checksum, and not again while the answer is held back; and one for each file of a
// netboot set, and for the image that it starts where that lies in the tree: see
// answers.go. Where a listing shows nothing that was known, or two names of one
// directory show different lists, one list more tells which it is. Whether there is a
// list is guessed by what the directory is for, and not any more once half of such
// guesses are wrong; a list that was not guessed costs a second look at the directory.
//
// A local tree with hash = true has every file of an image read once, for its SHA-256,
// where no list has that: see hash.go.
//
// An archive of packages (packages.go) costs one conditional HEAD for each file of its
// installers with each poll.
//
// A quiet poll: the listings of the directories that gain others, and one conditional
// request for each list of current and pending, and of watched releases; with hints,
// one conditional request for each. In a recheck period each file of a netboot set is
// asked for once more. Every list and every other file that is asked for
// again is asked for with a condition.
package tree
