#!/usr/bin/env bash
# Do the tables of settings in the READMEs name exactly the variables that the service and the bot read?
set -euo pipefail
cd "$(dirname "$0")/../.."

# Every variable is read under its name as a text of its own; `_FILE` belongs to each of them.
read_by_the_code() {
    grep -rhoE '"(AISHA|AWS|FAL|DATABASE|TELEGRAM)_[A-Z0-9_]+"' --include='*.rs' "$1" | tr -d '"' | grep -v '_FILE$' | sort -u
}
named_in_the_table() {
    sed -nE 's/^\| (`[A-Z][A-Z0-9_]+`[^|]*)\|.*/\1/p' "$1" | grep -oE '[A-Z][A-Z0-9_]+' | sort -u
}

check() {
    local code=$1 page=$2
    [ -n "$(named_in_the_table "$page")" ] || { echo "$page has no table of settings" >&2; exit 1; }
    if ! diff <(read_by_the_code "$code") <(named_in_the_table "$page"); then
        echo "< is read and not in $page, > is in $page and not read" >&2
        exit 1
    fi
}
check api/src README.md
check bot-client/src bot-client/README.md
echo "ok -- README.md and bot-client/README.md name every setting"
