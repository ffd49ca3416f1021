#!/bin/sh
# Reads what the tests' stand-in for Telegram gives a bot with the types of aiogram, a client that others wrote: the
# stand-in must not be a mirror of what our own bot believes.
#
#   cargo build -p aisha-tests --bin telegram-objects
#   tests/telegram/check.sh target/debug/telegram-objects
#
# Needs python3 (3.10 or newer) and PyPI. Installs into a temporary folder, which is removed at the end.
set -eu

program=${1:?"usage: check.sh <path of telegram-objects>"}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check aiogram==3.31.0

echo "== aiogram 3.31.0"
"$program" >"$work/objects"
"$work/venv/bin/python" "$here/check.py" <"$work/objects"
