// Package pack turns plain records into bytes and back, fast: structs with exported
// fields, slices, texts, whole numbers, booleans, times and pointers to any of these. It
// is for what programs keep for themselves and can make anew. Other programs, and people,
// read TOML and JSON.
//
// A [Form] is made of a Go type, and knows all its fields, so none can be forgotten. The
// bytes do not say what they are: who keeps them keeps [Form.Version] beside them, which is
// another one as soon as a type has another field. What holds for a value holds
// for it after a round trip, nil slices and pointers to zero included, but for the zone
// and the monotonic part of times, which come back in UTC.
//
// The texts of a value that was unpacked are parts of the text that it was unpacked
// from, which stays in memory as long as one of them.
package pack
