#!/usr/bin/env bash
# Does the table of settings in README.md name exactly the variables that the service reads?
set -euo pipefail
cd "$(dirname "$0")/../.."

# Every variable is read under its name as a text of its own; `_FILE` belongs to each of them.
read_by_the_code() {
    grep -rhoE '"(AISHA|AWS|FAL|DATABASE)_[A-Z0-9_]+"' --include='*.rs' api/src | tr -d '"' | grep -v '_FILE$' | sort -u
}
named_in_the_table() {
    sed -nE 's/^\| `([A-Z][A-Z0-9_]+)` \|.*/\1/p' README.md | sort -u
}

[ -n "$(named_in_the_table)" ] || { echo "README.md has no table of settings" >&2; exit 1; }
if ! diff <(read_by_the_code) <(named_in_the_table); then
    echo "< is read and not in README.md, > is in README.md and not read" >&2
    exit 1
fi
echo "ok -- README.md names every setting"
