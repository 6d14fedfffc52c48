package generator

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// sitemapMost is how many addresses one site map may hold, by https://www.sitemaps.org.
const sitemapMost = 50_000

// sitemapNamespace is that of its elements.
const sitemapNamespace = "http://www.sitemaps.org/schemas/sitemap/0.9"

// crawlerFiles are what search engines read: robots.txt, and where the configuration
// says where the site will be, a map of its pages. The map gives no times: when a page
// changed last is not known, and a time that is wrong makes readers trust none.
func (s *site) crawlerFiles(pages []output) []output {
	robots := "User-agent: *\nAllow: /\n"
	where := fullAddress(s.config.BaseURL, "sitemap.xml")
	if where != "" {
		robots += "\nSitemap: " + where + "\n"
	}
	files := []output{fileOutput("robots.txt", func(b *bytes.Buffer) error {
		_, err := b.WriteString(robots)
		return err
	})}
	if where == "" {
		return files
	}
	addresses := s.mapped(pages)
	return append(files, fileOutput("sitemap.xml", func(b *bytes.Buffer) error { return writeSitemap(b, addresses) }))
}

// mapped are the full addresses of all pages that people may look for, in the order of
// the outputs, which has the most wanted first.
func (s *site) mapped(pages []output) []string {
	var addresses []string
	for _, o := range pages {
		if page, isPage := strings.CutSuffix(o.path, "index.html"); isPage && len(addresses) < sitemapMost {
			addresses = append(addresses, fullAddress(s.config.BaseURL, page))
		}
	}
	return addresses
}

// sitemap is the form of such a file.
type sitemap struct {
	XMLName xml.Name     `xml:"urlset"`
	Space   string       `xml:"xmlns,attr"`
	Pages   []sitemapURL `xml:"url"`
}

type sitemapURL struct {
	Address string `xml:"loc"`
}

func writeSitemap(b *bytes.Buffer, addresses []string) error {
	m := sitemap{Space: sitemapNamespace}
	for _, a := range addresses {
		m.Pages = append(m.Pages, sitemapURL{a})
	}
	b.WriteString(xml.Header)
	e := xml.NewEncoder(b)
	e.Indent("", " ")
	if err := e.Encode(m); err != nil {
		return err
	}
	b.WriteByte('\n')
	return nil
}
