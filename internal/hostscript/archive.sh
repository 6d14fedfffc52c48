set -eu
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

# change FILE: takes standard input as the new content of a file, if it differs.
change() {
	mkdir -p -- "$(dirname -- "$1")"
	cat >"$1.new"
	if [ -e "$1" ] && cmp -s -- "$1" "$1.new"; then
		rm -- "$1.new"
	else
		mv -- "$1.new" "$1"
	fi
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
	{
		printf '%s\n' "$lines"
		printf '%s\n' "$lines" | awk 'NR == FNR { moved[$2] = 1; next } { name = $2; sub(/^[*]/, "", name); if (!(("*" name) in moved)) print }' - "$known"
	} | sort -k 2 | change "$2"
	if [ -e "$1" ]; then
		printf '%s\n' "$lines" | awk 'NR == FNR { moved[$2] = 1; next } { name = $2; sub(/^[*]/, "", name); if (!(("*" name) in moved)) print }' - "$1" | change "$1"
	fi
}

# signed LIST: whether the signature is newer than the list.
signed() { [ ! -e "$1" ] || { [ -e "$1.gpg" ] && [ ! "$1" -nt "$1.gpg" ]; }; }

# describe FROM TO: moves the descriptions of the files named on standard input.
describe() {
	files=$(cat)
	[ -e "$1" ] || return 0
	lines=$(printf '%s\n' "$files" | awk 'NR == FNR { moved[$1] = 1; next } $1 == "AddDescription" && ($NF in moved)' - "$1")
	[ -n "$lines" ] || return 0
	printf '%s\n' "$lines" | while IFS= read -r text; do line "$2" "$text"; done
	printf '%s\n' "$files" | awk 'NR == FNR { moved[$1] = 1; next } !($1 == "AddDescription" && ($NF in moved))' - "$1" | change "$1"
}

# line FILE TEXT: adds a line to a file that does not have it.
line() {
	mkdir -p -- "$(dirname -- "$1")"
	if ! [ -e "$1" ] || ! grep -qxF -- "$2" "$1"; then
		printf '%s\n' "$2" >>"$1"
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
