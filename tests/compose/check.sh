#!/bin/sh
# Is docker-compose.yml well formed, by the Compose specification's own schema? Needs Python and no Docker. Files that
# are known to be broken come first: a check that accepts them is worthless.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..

tools=${CARGO_TARGET_DIR:-$root/target}/compose-check
if [ ! -x "$tools/bin/check-jsonschema" ]; then
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check check-jsonschema==0.39.0
fi

accepts() {
    "$tools/bin/check-jsonschema" --builtin-schema vendor.compose-spec "$1" &&
        "$tools/bin/python" "$here/names.py" "$1"
}

for broken in "$here"/broken/*.yml; do
    if accepts "$broken" >/dev/null 2>&1; then
        echo "accepted although it is broken: $broken" >&2
        exit 1
    fi
done
accepts "$root/docker-compose.yml"
