set -eu -o pipefail
export LC_ALL=C

say() { printf '%s\n' "$*" >&2; }
there() { [ -e "$1" ] || [ -L "$1" ]; }

# same A B: whether two files are the same link, or have the same bytes.
same() {
	if [ -L "$1" ] && [ -L "$2" ]; then
		[ "$(readlink -- "$1")" = "$(readlink -- "$2")" ]
	else
		cmp -s -- "$1" "$2"
	fi
}

problems=0
# look FROM TO SUM: whether a file can move. SUM is empty where no list has one, and
# perhaps is given where the file need not be there.
look() {
	if there "$1"; then
		at=$1
	elif there "$2"; then
		at=$2
	elif [ "${4-}" = perhaps ]; then
		return 0
	else
		say "missing: $1"
		problems=$((problems + 1))
		return 0
	fi
	# The file that a link leads to may have moved already; it is looked at by itself.
	if [ -n "$3" ] && [ -e "$at" ] && ! printf '%s *%s\n' "$3" "$at" | sha256sum --check --status; then
		say "not what the checksum list says: $at"
		problems=$((problems + 1))
	fi
	if there "$1" && there "$2" && ! same "$1" "$2"; then
		say "there already, and different: $2"
		problems=$((problems + 1))
	fi
}

# move FROM TO: moves a file, or ends a move that was interrupted. Where TO is on another
# file system the file is copied; it gets its name when all of it is there.
move() {
	there "$1" || return 0
	mkdir -p -- "$(dirname -- "$2")"
	rm -f -- "$2.part"
	if ! there "$2" && ! ln -P -- "$1" "$2" 2>/dev/null; then
		cp -a -- "$1" "$2.part"
		[ -L "$2.part" ] || sync -- "$2.part"
		mv -n -- "$2.part" "$2"
	fi
	rm -- "$1"
}

# alone: waits for nobody. The directory is locked as long as the script runs, also
# against scripts that publish; what it started may end later, and must not keep the lock.
alone() {
	exec 9<.
	if ! flock -n 9; then
		say "another run works in $PWD at this moment; wait for its end"
		exit 1
	fi
	trap 'flock -u 9' EXIT
}

# change FILE COMMAND...: takes what a command writes as the new content of a file, if it
# differs. It is a new file, as the old one may have other names, with the mode of the
# old one; where the command fails the old one stays.
change() {
	file=$1
	shift
	mkdir -p -- "$(dirname -- "$file")"
	"$@" >"$file.new"
	if [ -e "$file" ]; then
		if cmp -s -- "$file" "$file.new"; then
			rm -- "$file.new"
			return 0
		fi
		chmod --reference="$file" -- "$file.new"
	fi
	mv -- "$file.new" "$file"
}

# without LINES LIST: a checksum list without the lines about the same files.
without() {
	printf '%s\n' "$1" | awk 'NR == FNR { moved[$2] = 1; next } { name = $2; sub(/^[*]/, "", name); if (!(("*" name) in moved)) print }' - "$2"
}

# with LINES LIST: a checksum list with lines, in place of those about the same files.
with() {
	{
		printf '%s\n' "$1"
		without "$1" "$2"
	} | sort -k 2
}

# relist FROM TO: moves the checksum lines on standard input from list to list; only
# those that are there where perhaps is given.
relist() {
	lines=$(cat)
	if [ "${3-}" = perhaps ]; then
		[ -e "$1" ] || return 0
		lines=$(printf '%s\n' "$lines" | awk 'NR == FNR { moved[$2] = $0; next } { name = $2; sub(/^[*]/, "", name); if (("*" name) in moved) print moved["*" name] }' - "$1")
		[ -n "$lines" ] || return 0
	fi
	known=/dev/null
	[ ! -e "$2" ] || known=$2
	change "$2" with "$lines" "$known"
	[ ! -e "$1" ] || change "$1" without "$lines" "$1"
}

# signed LIST: whether the signature is newer than the list. One that is not is wrong, and
# goes: what signs may write in place, and the file may have another name in a backup.
signed() {
	if [ ! -e "$1" ] || { [ -e "$1.gpg" ] && [ ! "$1" -nt "$1.gpg" ]; }; then
		return 0
	fi
	rm -f -- "$1.gpg"
	return 1
}

# undescribed FILES FILE: a file without the descriptions of some others.
undescribed() {
	printf '%s\n' "$1" | awk 'NR == FNR { moved[$1] = 1; next } !($1 == "AddDescription" && ($NF in moved))' - "$2"
}

# describe FROM TO: moves the descriptions of the files named on standard input.
describe() {
	files=$(cat)
	[ -e "$1" ] || return 0
	lines=$(printf '%s\n' "$files" | awk 'NR == FNR { moved[$1] = 1; next } $1 == "AddDescription" && ($NF in moved)' - "$1")
	[ -n "$lines" ] || return 0
	printf '%s\n' "$lines" | while IFS= read -r text; do line "$2" "$text"; done
	change "$1" undescribed "$files" "$1"
}

# longer FILE TEXT: a file, which need not be there, with one more line. What a person
# wrote last may lack the end of its line.
longer() {
	[ ! -e "$1" ] || awk 1 - <"$1"
	printf '%s\n' "$2"
}

# line FILE TEXT: adds a line to a file that does not have it.
line() {
	if ! [ -e "$1" ] || ! grep -qxF -- "$2" "$1"; then
		change "$1" longer "$1" "$2"
	fi
}

# link AT TARGET: makes a symbolic link, in place of another.
link() {
	if there "$1" && ! [ -L "$1" ]; then
		say "no link: $1"
		exit 1
	fi
	mkdir -p -- "$(dirname -- "$1")"
	ln -sfn -- "$2" "$1"
}

# unlink_name AT: removes a symbolic link.
unlink_name() { [ ! -L "$1" ] || rm -- "$1"; }

# names FILE NAME: whether a page has a name that is no part of another: 24.04 is not
# in 24.04.1.
names() {
	pattern=$(printf '%s' "$2" | sed 's/[.+]/[&]/g')
	grep -qE "(^|[^0-9.])$pattern([.]?\$|[^0-9.]|[.][^0-9])" -- "$1"
}

# takes_out FILE: says which of the names on standard input a page still has.
takes_out() {
	still=
	while IFS= read -r name; do
		if [ -e "$1" ] && names "$1" "$name"; then still="$still $name"; fi
	done
	[ -z "$still" ] || say "edit by hand: take out of $1:$still"
}

# takes_in FILE NAME: says whether a page lacks a name.
takes_in() { [ ! -e "$1" ] || names "$1" "$2" || say "edit by hand: add to $1: $2"; }
