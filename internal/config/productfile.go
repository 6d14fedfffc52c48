package config

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"shiplist/internal/release"
)

// productFileKey names the list of products that may stand instead of [[product]].
const productFileKey = "product_file"

const (
	// productFileMost bounds the list; cdimage's has some 20 KB.
	productFileMost = 4 << 20
	productForm     = "write title, project[/subproject], image type, publish type, architecture and tracker with tabs between them"
)

// readProducts reads [[product]], or the list that product_file names.
func (d *document) readProducts(r *release.Rules) {
	t := d.root
	_, rowsToo := t.values["product"]
	rows(d, "product", &r.Products, readProduct)
	var path string
	if !t.text(productFileKey, &path) {
		return
	}
	switch {
	case rowsToo:
		t.note(productFileKey, "there are [[product]] tables, too; keep the one or the others")
	case path == "":
		t.note(productFileKey, "empty; name a file, or leave the key out")
	default:
		d.readProductFile(path, r)
	}
}

func (d *document) readProductFile(path string, r *release.Rules) {
	d.lists = append(d.lists, from(d.dir, path))
	text, err := readBounded(from(d.dir, path), productFileMost)
	if err != nil {
		d.note(productFileKey, fmt.Sprintf("cannot be read: %v; name a file as it is seen from the folder of this one", err))
		return
	}
	products, problems := parseProducts(path, text)
	d.problems = append(d.problems, problems...)
	r.Products = products
}

// readBounded reads a regular file of at most that many bytes.
func readBounded(path string, most int64) ([]byte, error) {
	// Opening a pipe would wait for someone to write to it.
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s: larger than %d bytes, the most that is read", path, most)
	}
	return text, err
}

func readProduct(t *table) release.ProductRule {
	var r release.ProductRule
	t.text("title", &r.Title)
	t.part("project", &r.Project)
	t.part("subproject", &r.Subproject)
	t.part("image_type", &r.ImageType)
	t.part("publish_type", &r.PublishType)
	t.part("arch", &r.Arch)
	t.checked("tracker", &r.Tracker, sourceName.MatchString, `the name of a [[tracker]]; write it like "iso"`)
	t.text("family", &r.Family)
	t.require("title", "project", "publish_type", "arch")
	t.close()
	if r.Title != "" {
		t.doc.equalProduct(r, t.at("title"))
	}
	return r
}

// equalProduct notes a row that is there already. Rows that share only the title
// are none: one title was used for several kinds of image over the years.
func (d *document) equalProduct(r release.ProductRule, path string) {
	id := "product\x00" + strings.Join(productKey(r), "\x00")
	if first, taken := d.taken[id]; taken {
		d.note(path, fmt.Sprintf("%s in line %d says all of this already; leave one of them out", owner(first), d.line(first)))
		return
	}
	d.taken[id] = path
}

func productKey(r release.ProductRule) []string {
	return []string{r.Title, r.Project, r.Subproject, r.ImageType, r.PublishType, r.Arch, r.Tracker, r.Family}
}

// parseProducts reads a list in the form of cdimage's qa-products: six columns,
// with any number of tabs between two.
func parseProducts(name string, text []byte) ([]release.ProductRule, Problems) {
	var all []release.ProductRule
	var problems Problems
	seen := map[string]int{}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		r, mistake := parseProduct(line)
		if mistake == "" {
			id := strings.Join(productKey(r), "\x00")
			if first := seen[id]; first > 0 {
				mistake = fmt.Sprintf("line %d says the same already; leave one of them out", first)
			}
			seen[id] = i + 1
		}
		if mistake != "" {
			problems = append(problems, Problem{File: name, Line: i + 1, Text: mistake})
			continue
		}
		all = append(all, r)
	}
	if len(all)+len(problems) == 0 {
		problems = append(problems, Problem{File: name, Line: 1, Text: "holds no product; " + productForm})
	}
	return all, problems
}

// parseProduct reads one line; mistake is empty when it is good.
func parseProduct(line string) (r release.ProductRule, mistake string) {
	if !utf8.ValidString(line) {
		return r, "is not UTF-8; save the file as UTF-8"
	}
	cols := strings.FieldsFunc(line, func(c rune) bool { return c == '\t' })
	if len(cols) != 6 {
		return r, fmt.Sprintf("6 columns wanted, %d found; %s", len(cols), productForm)
	}
	for i := range cols {
		cols[i] = strings.TrimSpace(cols[i])
	}
	r = release.ProductRule{Title: cols[0], Project: cols[1], ImageType: cols[2], PublishType: cols[3], Arch: cols[4], Tracker: cols[5]}
	project, sub, nested := strings.Cut(cols[1], "/")
	if nested {
		r.Project, r.Subproject = project, sub
	}
	for _, c := range []struct{ what, value string }{
		{"project", r.Project}, {"image type", r.ImageType}, {"publish type", r.PublishType}, {"architecture", r.Arch},
	} {
		if !isPart(c.value) {
			return r, fmt.Sprintf("%s %q is not a name as trees have it; %s", c.what, c.value, productForm)
		}
	}
	switch {
	case nested && !isPart(r.Subproject):
		return r, fmt.Sprintf("subproject %q is not a name as trees have it; %s", r.Subproject, productForm)
	case !sourceName.MatchString(r.Tracker):
		return r, fmt.Sprintf("tracker %q is not the name of a [[tracker]]; write it like \"iso\"", r.Tracker)
	case r.Title == "":
		return r, "has no title; " + productForm
	}
	return r, ""
}
