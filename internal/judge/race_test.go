//go:build race

package judge_test

// raced says that the race detector watches, which makes everything slower.
const raced = true
