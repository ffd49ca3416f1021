#!/bin/sh
# Receives webhooks of a running service and verifies them with the `standardwebhooks` libraries of other languages: if
# they take them, so does everybody's receiver.
#
#   tests/webhooks/check.sh http://127.0.0.1:8080 KEY
#
# The service must run with AISHA_WEBHOOKS_ALLOW_PRIVATE=true. Needs python3, node, npm and their registries. Installs into
# a temporary folder, which is removed at the end.
set -eu

url=${1:?"usage: check.sh <URL of the service> <key>"}
key=${2:?"usage: check.sh <URL of the service> <key>"}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check standardwebhooks==1.1.0 cryptography==50.0.2
npm install --prefix "$work" --silent --no-audit --no-fund standardwebhooks@1.1.1

# Modules are looked up beside the script, so it runs from where they were installed.
cp "$here/verify.mjs" "$work/"
"$work/venv/bin/python" "$here/receiver.py" "$url" "$key" "$work/verify.mjs"
