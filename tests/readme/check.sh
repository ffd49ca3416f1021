#!/usr/bin/env bash
# Does the walk in README.md work? Runs its blocks as they stand, in an empty folder, and looks at the answers.
#
# The settings of the service are taken from the environment: `DATABASE_URL` and the like lead the walk through other
# databases and stores. Needs curl and jq, and port 8080.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
cleanup() {
    status=$?
    if [ -n "${!:-}" ]; then
        kill "$!" 2>/dev/null || true
        wait "$!" || true
    fi
    if [ "$status" -ne 0 ]; then
        tail -n 50 "$work/answers" "$work/log" >&2 || true
    fi
    rm -rf "$work"
    exit "$status"
}
trap cleanup EXIT

fail() {
    echo "README: $*" >&2
    exit 1
}

# `cargo run` as in a clone, but in the empty folder, so that nothing but the program comes from here.
mkdir "$work/bin" "$work/here"
cat >"$work/bin/cargo" <<SHIM
#!/bin/sh
command=\$1
shift
exec "$(command -v cargo)" "\$command" --manifest-path "$root/Cargo.toml" "\$@"
SHIM
chmod +x "$work/bin/cargo"
PATH=$work/bin:$PATH
# The toolchain file is found from the current folder only.
RUSTUP_TOOLCHAIN=${RUSTUP_TOOLCHAIN:-$(sed -n 's/^channel = "\(.*\)"/\1/p' "$root/rust-toolchain.toml")}
export PATH RUSTUP_TOOLCHAIN
cd "$work/here"

awk '/^<!-- walk -->$/ { marked = 1; next }
     marked && /^```sh$/ { inside = 1; marked = 0; next }
     /^```$/ { inside = 0 }
     inside' "$root/README.md" >"$work/walk.sh"
[ "$(wc -l <"$work/walk.sh")" -ge 10 ] || fail "no walk is marked in it"
! curl -s -o /dev/null http://127.0.0.1:8080/ || fail "port 8080 is taken by another program"

# Only the embedded database has a developer key; elsewhere it is made by hand, as the service says.
case ${DATABASE_URL:-sqlite:} in
sqlite:*) ;;
*) mkdir data && (umask 077 && cargo run -q -- keys create --user developer >data/dev-key 2>/dev/null) ;;
esac

# shellcheck disable=SC1091
. "$work/walk.sh" >"$work/answers" 2>"$work/log"

says() {
    grep -cE "$1" "$work/answers" || true
}
[ "$(says '"created"$')" -eq 5 ] || fail "five photos were not created"
[ "$(says '"type": "training",')" -eq 1 ] || fail "the event does not name the training"
[ "$(says '"status": "completed"')" -eq 3 ] || fail "training, avatar and pictures are not all completed"
[ "$(says '"progress": 100,')" -eq 1 ] || fail "the progress is not 100"
[ "$(says '"diffusers_lora_file_url": "http')" -eq 1 ] || fail "there is no link to the weights"
[ "$(says '"is_main": true')" -eq 1 ] || fail "the avatar is not the main one"
[ -s weights.safetensors ] || fail "the weights are empty"
[ -s pictures.zip ] && [ -s pictures.jpg ] || fail "the pictures did not come together"
[ "$(says '"pictures": 2$')" -ge 1 ] || fail "the link does not show both pictures"
[ "$(says '"duration_seconds": 2')" -eq 1 ] || fail "the recording did not become text"
[ -s voice.srt ] || fail "there are no subtitles"
[ "$(says '"acknowledged_seq": 1')" -eq 1 ] || fail "the consumer does not keep its number"
[ "$(says '^event: training.completed$')" -eq 1 ] || fail "the stream does not tell of the training"
[ "$(says '"status": "draft"')" -eq 1 ] || fail "the bot could not make an avatar for somebody"
[ "$(says '^0$')" -eq 1 ] || fail "another person sees the avatar"
[ "$(says '"person": "1001"')" -eq 1 ] || fail "the bot does not hear of its people"
echo "ok -- the walk in README.md does what it says"
