package generator

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"reflect"
	"strings"
	texttemplate "text/template"

	"shiplist/generator/quick"
	"shiplist/internal/release"
)

// Rule of this file: a hand-over is a file for one reader elsewhere, made of one template
// of layouts/handover, whose name is that of the file. What the template escapes follows
// from the ending: of .html as html/template does; of all others nothing, but a name from
// outside has no line break and no control character, and there are functions for the
// rest: json for a value, csv for a record, wrap for a paragraph. What is called .json has
// to be JSON.

// handoverDir is where the templates are, below layouts, and where their files are on
// the site and below a milestone.
const handoverDir = "handover/"

// handoverLayout is a template of either kind.
type handoverLayout struct {
	executor
	source quick.Source
}

// handoverFunctions are those of layouts with three more.
func handoverFunctions() texttemplate.FuncMap {
	all := texttemplate.FuncMap(functions())
	all["json"], all["csv"], all["wrap"] = asJSONText, asRecord, asParagraph
	return all
}

// mailWidth is how wide a line of a mail may be, so that it has room for the marks of those
// who quote it.
const mailWidth = 72

// asParagraph is a text in lines for mail, without the end of the last; only a single word
// may be wider. The first line begins with the prefix, and the others are set in by as much.
func asParagraph(prefix string, texts ...string) string {
	return strings.Join(wrapAt(mailWidth, prefix, strings.Join(texts, " ")), "\n")
}

// asJSONText is a value as JSON.
func asJSONText(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// asRecord is a line of CSV without its end. What a spreadsheet would take for a formula
// has an apostrophe before it, as in manifest.csv.
func asRecord(fields ...string) (string, error) {
	var b strings.Builder
	for i, f := range fields {
		fields[i] = plainCell(f)
	}
	w := csv.NewWriter(&b)
	err := w.Write(fields)
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n"), errors.Join(err, w.Error())
}

// parseHandovers parses the templates of hand-overs. They use no part of those of pages.
func (l *layouts) parseHandovers(fsys fs.FS) error {
	names, err := fs.Glob(fsys, handoverDir+"*")
	if err != nil {
		return fmt.Errorf("layouts: %w", err)
	}
	l.handovers = map[string]handoverLayout{}
	var problems []error
	for _, name := range names {
		t, err := l.parseHandover(fsys, name)
		if problems = append(problems, err); err == nil {
			l.handovers[path.Base(name)] = t
		}
	}
	return errors.Join(problems...)
}

func (l *layouts) parseHandover(fsys fs.FS, name string) (h handoverLayout, err error) {
	if path.Ext(name) == ".html" {
		t := template.New("handover").Funcs(template.FuncMap(handoverFunctions())).Option("missingkey=error")
		if err := l.parse(t, fsys, name); err != nil {
			return h, err
		}
		// html/template looks at it now, not when there is data.
		var wrong *template.Error
		if err := t.ExecuteTemplate(io.Discard, name, nil); errors.As(err, &wrong) {
			return h, layoutText{sources: l.sources, kind: name}.explain(err)
		}
		source := sourceOf(t)
		source.Functions = template.FuncMap(handoverFunctions())
		return handoverLayout{t.Lookup(name), source}, nil
	}
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return h, fmt.Errorf("layouts: %w", err)
	}
	l.sources[name] = string(text)
	t, err := texttemplate.New(name).Funcs(handoverFunctions()).Option("missingkey=error").Parse(string(text))
	if err != nil {
		return h, layoutText{sources: l.sources}.explain(err)
	}
	source := textSource(t)
	source.Functions = template.FuncMap(handoverFunctions())
	return handoverLayout{t, source}, nil
}

// missingHandovers are the templates that rules name and that are not there.
func (l *layouts) missingHandovers(rules []release.HandoverRule) error {
	var problems []error
	for _, r := range rules {
		if _, ok := l.handovers[r.Name]; !ok && l.sources[handoverDir+r.Name] == "" {
			problems = append(problems, &LayoutError{File: "layouts/" + handoverDir + r.Name, Text: "is missing; [[handover]] names it"})
		}
	}
	return inOrderOfPlace(problems)
}

// handoverOutput is the file that a rule asks for.
func (s *site) handoverOutput(r *release.HandoverRule, at string, whole fingerprint, arrange func() handoverFacts) output {
	return output{path: at + r.Name, whole: whole, arrange: func() (draft, error) {
		facts := arrange()
		d := draft{render: func(b *bytes.Buffer) error { return s.layouts.renderHandover(b, r.Name, facts) }}
		if s.again {
			d.key = fingerprintOf(s.layouts.sum, r.Name, facts)
		}
		return d, nil
	}}
}

// renderHandover makes such a file.
func (l *layouts) renderHandover(b *bytes.Buffer, name string, facts handoverFacts) error {
	if err := l.handovers[name].Execute(b, facts); err != nil {
		return layoutText{sources: l.sources, kind: handoverDir + name, dot: reflect.TypeFor[handoverFacts]()}.explain(err)
	}
	if path.Ext(name) != ".json" {
		return nil
	}
	var v any
	if err := json.Unmarshal(b.Bytes(), &v); err != nil {
		return &LayoutError{File: "layouts/" + handoverDir + name, Pages: 1, Text: "makes no JSON: " + whereInJSON(b.Bytes(), err) + "; write values as {{json .Name}}, and commas only between them"}
	}
	return nil
}

// whereInJSON says what is wrong, and what stands before it.
func whereInJSON(text []byte, err error) string {
	var wrong *json.SyntaxError
	if !errors.As(err, &wrong) {
		return err.Error()
	}
	end := min(int(wrong.Offset), len(text))
	return fmt.Sprintf("%s after %q", err, text[max(0, end-40):end])
}
