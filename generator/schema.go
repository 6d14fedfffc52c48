package generator

import (
	"bytes"
	"embed"
	"io/fs"
)

// schemas are what the fields of the files for programs mean, as JSON Schema: the contract
// with whoever reads them. Like the files, they let in fields that they do not know.
//
//go:embed schema/*.json
var schemas embed.FS

// schemaPath is where a schema lies on the site.
func schemaPath(name string) string { return apiRoot + "schema/" + name + ".json" }

// schemaNames are the names of all schemas.
func schemaNames() []string {
	var names []string
	entries, _ := fs.ReadDir(schemas, "schema") // embedded: it cannot fail
	for _, e := range entries {
		names = append(names, e.Name()[:len(e.Name())-len(".json")])
	}
	return names
}

// schemaFiles are the schemas as files of the site.
func schemaFiles() []output {
	var out []output
	for _, name := range schemaNames() {
		out = append(out, fileOutput(schemaPath(name), func(b *bytes.Buffer) error {
			text, err := schemas.ReadFile("schema/" + name + ".json")
			b.Write(text)
			return err
		}))
	}
	return out
}
