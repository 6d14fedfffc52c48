package tree

import (
	"math"
	"strconv"
	"strings"
)

// parseSize reads a size as listings write it: 93, 5.8G, 10K, 0.1K, 1024 MiB, 6G.
// All of them count in steps of 1024. A figure without a unit is exact; of any
// other step is how far from it the true size may be.
func parseSize(text string) (size int64, exact bool, step int64, ok bool) {
	text = strings.TrimSpace(text)
	number := strings.TrimRight(text, "BbiKMGTPEkmgtpe \u00a0")
	unit := strings.TrimSpace(text[len(number):])
	if number == "" || len(number) > 20 {
		return 0, false, 0, false
	}
	factor, ok := unitFactor(unit)
	if !ok {
		return 0, false, 0, false
	}
	if factor == 1 {
		n, err := strconv.ParseInt(number, 10, 64)
		return n, true, 0, err == nil && n >= 0
	}
	whole, fraction, decimal := strings.Cut(number, ".")
	if !digits(whole) || decimal && !digits(fraction) {
		return 0, false, 0, false
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || f*factor >= math.MaxInt64 {
		return 0, false, 0, false
	}
	// Some servers round, some cut off, so the last figure may be one off.
	return int64(f * factor), false, int64(factor / math.Pow10(len(fraction))), true
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// unitFactor is what a unit stands for.
func unitFactor(unit string) (float64, bool) {
	unit = strings.ToUpper(unit)
	unit = strings.TrimSuffix(unit, "B")
	unit = strings.TrimSuffix(unit, "I")
	if unit == "" {
		return 1, true
	}
	i := strings.Index("KMGTPE", unit)
	if i < 0 || len(unit) != 1 {
		return 0, false
	}
	return math.Pow(1024, float64(i+1)), true
}

// agrees reports whether an exact size can be what the listing shows of it.
func (e *entry) agrees(exact int64) bool {
	if e == nil || e.size < 0 {
		return true
	}
	if e.exact {
		return e.size == exact
	}
	return exact >= e.size-e.step && exact <= e.size+e.step
}
