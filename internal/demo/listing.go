package demo

import (
	"fmt"
	"net"
	"path"
	"strings"
)

// Listings as Apache's mod_autoindex makes them, in the two forms that the image
// trees use: directories that hold images have the HTML table between HEADER.html
// and FOOTER.html, all others the plain form with names cut at 23 columns.

// shownSize writes a size as Apache does: five columns, three figures, 1024-based.
func shownSize(size int64) string {
	if size < 973 {
		return fmt.Sprintf("%3d ", size)
	}
	for _, unit := range "KMGTPE" {
		rest := size & 1023
		size >>= 10
		if size >= 973 {
			continue
		}
		if size < 9 || size == 9 && rest < 973 {
			tenths := (rest*5 + 256) / 512
			if tenths >= 10 {
				size, tenths = size+1, 0
			}
			return fmt.Sprintf("%d.%d%c", size, tenths, unit)
		}
		if rest >= 512 {
			size++
		}
		return fmt.Sprintf("%3d%c", size, unit)
	}
	return "  - "
}

// href escapes a name as Apache does for a relative link.
func href(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("$-_.+!*'(),:@&=/~;", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	s := b.String()
	if strings.Contains(s, ":") {
		s = "./" + s
	}
	return strings.ReplaceAll(s, "&", "&amp;")
}

// escapeHTML leaves the apostrophe alone, as Apache does.
func escapeHTML(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}

// signed is the line with which Apache signs its pages.
func signed(address string) string {
	name, port, err := net.SplitHostPort(address)
	if err != nil {
		name, port = address, "80"
	}
	return "<address>Apache/2.4.71 (Debian) Server at " + escapeHTML(name) + " Port " + escapeHTML(port) + "</address>\n"
}

const listingTime = "2006-01-02 15:04"

// hidden reports whether the servers of the trees leave a name out of listings.
func hidden(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") || name == "HEADER.html" || name == "FOOTER.html"
}

// parentOf returns the address of the directory above, as Apache links it.
func parentOf(p string) string {
	up := path.Dir("/" + p)
	if up == "/" {
		return up
	}
	return href(up + "/")
}

// fancy writes the plain form.
func fancy(p string, entries []listed, host string) string {
	var b strings.Builder
	title := escapeHTML("/" + p)
	b.WriteString("<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"http://www.w3.org/TR/html4/strict.dtd\">\n" +
		"<html>\n <head>\n  <title>Index of " + title + "</title>\n </head>\n <body>\n<h1>Index of " + title + "</h1>\n" +
		`<pre>      <a href="?C=N;O=D">Name</a>                    <a href="?C=M;O=A">Last modified</a>      <a href="?C=S;O=A">Size</a>  <a href="?C=D;O=A">Description</a><hr>`)
	if p != "" {
		b.WriteString(`      <a href="` + parentOf(p) + `">Parent Directory</a>                             -   ` + "\n")
	}
	for _, e := range entries {
		if !hidden(e.name) {
			b.WriteString(fancyLine(e))
		}
	}
	b.WriteString("<hr></pre>\n" + signed(host) + "</body></html>\n")
	return b.String()
}

// nameWidth is where Apache cuts names when it is not told otherwise.
const nameWidth = 23

func fancyLine(e listed) string {
	shown, pad := e.name, nameWidth-len(e.name)
	if pad < 0 {
		shown, pad = e.name[:nameWidth-3]+"..>", 0
	}
	size := shownSize(e.size)
	if e.dir {
		size = "  - "
	}
	return `      <a href="` + href(e.name) + `">` + escapeHTML(shown) + "</a>" + strings.Repeat(" ", pad) + " " +
		e.modified.UTC().Format(listingTime) + "  " + size + "  \n"
}

const ruler = "   <tr><th colspan=\"5\"><hr></th></tr>\n"

// tableListing writes the form of a directory that holds images.
func tableListing(p string, entries []listed, header, footer string, describe func(string) string) string {
	var b strings.Builder
	b.WriteString(header + "  <table>\n" +
		`   <tr><th valign="top"><img src="/icons/blank.gif" alt="[ICO]" width="22" height="22"></th><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th><th><a href="?C=S;O=A">Size</a></th><th><a href="?C=D;O=A">Description</a></th></tr>` + "\n" + ruler)
	if p != "" {
		b.WriteString(`<tr><td valign="top"><img src="/icons/back.gif" alt="[PARENTDIR]" width="22" height="22"></td><td><a href="` + parentOf(p) +
			`">Parent Directory</a></td><td>&nbsp;</td><td align="right">  - </td><td>&nbsp;</td></tr>` + "\n")
	}
	for _, e := range entries {
		if !hidden(e.name) {
			b.WriteString(tableRow(p, e, describe(e.name)))
		}
	}
	b.WriteString(ruler + "</table>\n" + footer)
	return b.String()
}

func tableRow(p string, e listed, description string) string {
	size := shownSize(e.size)
	if e.dir {
		size = "  - "
	}
	if description == "" {
		description = "&nbsp;"
	}
	src, alt := iconOf(p, e)
	name := escapeHTML(e.name)
	return `<tr><td valign="top"><img src="` + src + `" alt="` + alt + `" width="22" height="22"></td><td><a href="` + href(e.name) + `">` + name +
		`</a></td><td align="right">` + e.modified.UTC().Format(listingTime) + `  </td><td align="right">` + size +
		`</td><td>` + description + "</td></tr>\n"
}

// iconOf returns address and replacement text of the icon. The production icons
// are addressed relative to the directory, and the text tells little.
func iconOf(p string, e listed) (src, alt string) {
	icons := strings.Repeat("../", strings.Count(p, "/")+1) + "cdicons/"
	switch ext := strings.ToLower(path.Ext(e.name)); {
	case e.dir:
		return icons + "folder.png", "[DIR]"
	case ext == ".iso":
		return icons + "iso.png", "[   ]"
	case ext == ".img" || ext == ".xz" || ext == ".gz" || ext == ".wsl":
		return icons + "img.png", "[   ]"
	case ext == ".torrent":
		return icons + "torrent.png", "[   ]"
	case ext == ".manifest" || ext == ".html":
		return icons + "list.png", "[TXT]"
	case ext == ".list" || ext == ".zsync" || strings.HasPrefix(e.name, "SHA256SUMS"):
		return icons + "list.png", "[   ]"
	case ext == ".txt":
		return "/icons/text.gif", "[TXT]"
	case ext == ".bin":
		return "/icons/binary.gif", "[   ]"
	}
	return "/icons/unknown.gif", "[   ]"
}

// apachePage writes one of Apache's own pages.
func apachePage(title, heading, body, host string) string {
	return "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"http://www.w3.org/TR/html4/strict.dtd\">\n<html><head>\n" +
		"<title>" + title + "</title>\n</head><body>\n<h1>" + heading + "</h1>\n<p>" + body + "</p>\n<hr>\n" + signed(host) + "</body></html>\n"
}
