//go:build race

package main

// raced says that the race detector looks on, which makes programs much slower.
const raced = true
