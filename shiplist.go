// Package shiplist embeds the defaults that a program needs to work without any
// file beside it: the configuration, the layouts and the texts. It holds nothing
// else, because embedding cannot reach above the folder of the Go file.
package shiplist

import "embed"

// Config is the complete, commented default configuration.
//
//go:embed config.toml
var Config []byte

// Layouts holds layouts/, Content holds content/, each with its folder's name in
// front of every path.
var (
	//go:embed layouts
	Layouts embed.FS
	//go:embed content
	Content embed.FS
)
