// Package spelling finds the name that somebody meant who wrote another.
package spelling

// Nearest returns the name that s was most likely meant to be, or "" when none is
// near: at most two letters wrong, missing, too many or swapped, and fewer than
// half of the name.
func Nearest(s string, names []string) string { return Within(s, names, 2) }

// Within is the nearest name with at most so many letters wrong, missing, too many or
// swapped, and fewer than half of the name.
func Within(s string, names []string, most int) string {
	best, least := "", most+1
	for _, name := range names {
		if d := distance(s, name, least); d < least && 2*d < len(name)+1 {
			best, least = name, d
		}
	}
	return best
}

// longest is the length of a name above which none is near.
const longest = 64

// distance counts the letters that have to be changed, added, dropped or swapped with
// their neighbour to make b of a; some number that is not lower than limit where that is not.
func distance(a, b string, limit int) int {
	if len(a) > longest || len(b) > longest || len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	var rooms [3][longest + 1]int
	before, last, row := &rooms[0], &rooms[1], &rooms[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		// What follows is no nearer, also by a swap, which costs one and looks back two rows.
		if least >= limit {
			return limit
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
