//go:build !unix

package main

// owned has nothing to refuse where there is no root.
func owned(string, ...string) error { return nil }
