#!/bin/sh
# Drives the fal sandbox with fal's own clients: if they work against it, so does everything that speaks fal's protocol.
#
#   tests/official-clients/check.sh http://127.0.0.1:4010
#
# Needs python3 (3.11 or newer), node (18 or newer), npm and their registries. Installs into a temporary folder, which
# is removed at the end. The versions are pinned because the scripts rely on names inside these very versions.
set -eu

url=${1:?"usage: check.sh <base URL of the sandbox>"}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check fal-client==1.0.3 cryptography==50.0.2
npm install --prefix "$work" --silent --no-audit --no-fund @fal-ai/client@1.10.1

echo "== fal-client 1.0.3 (Python)"
"$work/venv/bin/python" "$here/python_client.py" "$url"

echo "== @fal-ai/client 1.10.1 (JavaScript)"
# Modules are looked up beside the script, so it runs from where they were installed.
cp "$here/js_client.mjs" "$work/"
node "$work/js_client.mjs" "$url"
