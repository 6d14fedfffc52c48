#!/bin/sh
# Makes the keys, lists and signatures of this folder anew, with GnuPG 2.2. The
# private keys are thrown away at the end, so everything is made in one go.
set -eu
cd "$(dirname "$0")"
home=$(mktemp -d)
export GNUPGHOME="$home" LC_ALL=C
trap 'gpgconf --kill gpg-agent; rm -rf "$home"' EXIT

# at TIME gpg...: as if it were that day.
at() { day=$1; shift; gpg --batch --quiet --no-tty --yes --pinentry-mode loopback --passphrase '' \
	--faked-system-time "${day}T120000" --no-emit-version --allow-weak-digest-algos "$@"; }
# key DAY TYPE NAME [FURTHER LINES]: a primary key.
key() {
	at "$1" --generate-key <<-END
		%no-protection
		Key-Type: ${2%%-*}
		$(case $2 in ed25519) echo "Key-Curve: Ed25519" ;; *) echo "Key-Length: ${2##*-}" ;; esac | sed 's/^/\t\t/')
		Name-Real: $3
		Name-Email: $(echo "$3" | tr 'A-Z ' 'a-z-')@example.org
		${4-Expire-Date: 0}
	END
}
fingerprint() { gpg --batch --with-colons --list-keys "$1" | sed -n 's/^fpr:*\([0-9A-F]*\):/\1/p' | sed -n "${2-1}p"; }

rm -f *.asc *.gpg *.bin
key 20041230 DSA-1024 "Example Old Signing Key"
key 20120511 RSA-4096 "Example New Signing Key"
key 20100101 RSA-2048 "Example Expired Signing Key" "Expire-Date: 2015-01-01"
key 20100101 RSA-2048 "Example Revoked Signing Key"
key 20190101 RSA-2048 "Example Stranger"
# The primary key of this one only certifies: three subkeys sign, of which one is
# revoked and one has expired; one only encrypts.
at 20180101 --quick-generate-key "Example Master Key <example-master-key@example.org>" ed25519 cert never
master=$(fingerprint "Example Master Key")
at 20180102 --quick-add-key "$master" ed25519 sign never
at 20180103 --quick-add-key "$master" ed25519 sign never
at 20180104 --quick-add-key "$master" ed25519 sign 2020-01-01
at 20180105 --quick-add-key "$master" rsa2048 encrypt never
# And one with two user ids, the second of which is marked as primary.
key 20200101 RSA-2048 "Example First Name"
two=$(fingerprint "Example First Name")
at 20200102 --quick-add-uid "$two" "Example Second Name <example-second-name@example.org>"
at 20200103 --quick-set-primary-uid "$two" "Example Second Name <example-second-name@example.org>"

old=$(fingerprint "Example Old") new=$(fingerprint "Example New") stranger=$(fingerprint "Example Stranger")
sign() { out=$1 day=$2; shift 2; for k in $1; do set -- "$@" --local-user "$k!"; done; shift; at "$day" --output "$out" "$@" SHA256SUMS; }
sign good.asc           20240425 "$new"  --armor --digest-algo SHA512 --detach-sign
sign good.bin           20240425 "$new"  --digest-algo SHA512 --detach-sign
sign sha256.asc         20240425 "$new"  --armor --digest-algo SHA256 --detach-sign
sign text.asc           20240425 "$new"  --armor --textmode --detach-sign
sign short-lived.asc    20240425 "$new"  --armor --default-sig-expire 30d --detach-sign
sign clear.asc          20240425 "$new"  --clear-sign
sign message.asc        20240425 "$new"  --armor --sign
sign md5.asc            20240425 "$new"  --armor --digest-algo MD5 --detach-sign
sign sha1-dsa.asc       20130425 "$old"  --armor --digest-algo SHA1 --detach-sign
sign two.asc            20160928 "$old $new" --armor --digest-algo SHA512 --detach-sign
sign known-unknown.asc  20240425 "$stranger $new" --armor --detach-sign
sign unknown.asc        20240425 "$stranger" --armor --detach-sign
sign expired.asc        20130425 "$(fingerprint "Example Expired")" --armor --detach-sign
sign expired-good.asc   20130425 "$(fingerprint "Example Expired") $new" --armor --detach-sign
sign revoked.asc        20130425 "$(fingerprint "Example Revoked")" --armor --detach-sign
sign subkey.asc         20240425 "$(fingerprint "$master" 2)" --armor --detach-sign
sign subkey-revoked.asc 20190425 "$(fingerprint "$master" 3)" --armor --detach-sign
sign subkey-expired.asc 20190425 "$(fingerprint "$master" 4)" --armor --detach-sign
sign two-names.asc      20240425 "$two"  --armor --detach-sign

# Two signatures of which one is for other bytes: that of the old key, of the new one.
at 20240425 --output other-old.bin --local-user "$old!" --detach-sign OTHERSUMS
at 20240425 --output other-new.bin --local-user "$new!" --detach-sign OTHERSUMS
at 20130425 --output right-expired.bin --local-user "$(fingerprint "Example Expired")!" --detach-sign SHA256SUMS
at 20240425 --output right-stranger.bin --local-user "$stranger!" --detach-sign SHA256SUMS
cat other-old.bin good.bin > bad-then-good.gpg
cat right-stranger.bin other-new.bin > unknown-then-bad.gpg
cat right-expired.bin other-new.bin > expired-then-bad.gpg
mv good.bin good.gpg
rm *.bin

revoked=$(fingerprint "Example Revoked")
sed 's/^:-----/-----/' "$home/openpgp-revocs.d/$revoked.rev" | at 20160101 --import
printf 'key 2\nrevkey\ny\n1\n\ny\nsave\n' | at 20200101 --command-fd 0 --status-fd 2 --edit-key "$master" 2> /dev/null

for name in Old New Expired Revoked Master First Stranger; do
	gpg --batch --armor --export "Example $name" > "$(echo "$name" | tr 'A-Z' 'a-z').key.asc"
done
# What a person may have put together: several blocks with words between them.
{ for name in old new expired revoked master first; do echo "The $name one:"; cat "$name.key.asc"; done; } > keyring.asc
gpg --batch --export "Example Old" "Example New" "Example Expired" "Example Revoked" "Example Master" "Example First" > keyring.gpg
rm expired.key.asc revoked.key.asc first.key.asc
{
	echo "good.asc $new"
	echo "subkey.asc $(fingerprint "$master" 2)"
	echo "unknown.asc $stranger"
} > FINGERPRINTS
