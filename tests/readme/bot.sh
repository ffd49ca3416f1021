#!/usr/bin/env bash
# Does bot-client/README.md say how the bot is run? Runs its block as it stands in an empty data folder, with a Telegram
# in which somebody greets the bot and presses a button. Needs port 8080.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
started=()
cleanup() {
    status=$?
    # Each with all that it has started.
    for process in "${started[@]}"; do
        kill -- "-$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    [ "$status" -eq 0 ] || tail -n 50 "$work"/* >&2 || true
    rm -rf "$work"
    exit "$status"
}
trap cleanup EXIT

awk '/^<!-- bot -->$/ { marked = 1; next }
     marked && /^```sh$/ { inside = 1; marked = 0; next }
     /^```$/ { inside = 0 }
     inside' "$root/bot-client/README.md" >"$work/run.sh"
[ -s "$work/run.sh" ] || { echo "bot-client/README.md: no command is marked in it" >&2; exit 1; }

cargo build -q --manifest-path "$root/Cargo.toml" -p aisha-tests --bin telegram-with-somebody
setsid "${CARGO_TARGET_DIR:-$root/target}/debug/telegram-with-somebody" >"$work/telegram" &
somebody=$!
started+=("$somebody")
until grep -q '^ready' "$work/telegram"; do
    kill -0 "$somebody"
    sleep 0.1
done
set -a
# shellcheck disable=SC1090
. <(sed -n 's/^\(TELEGRAM_[A-Z_]*=.*\)/\1/p' "$work/telegram")
set +a

cd "$root"
AISHA_DATA_DIR=$work/data setsid bash "$work/run.sh" >"$work/log" 2>&1 &
started+=("$!")
wait "$somebody" || { echo "bot-client/README.md: nobody was greeted" >&2; exit 1; }
echo "ok -- the bot in bot-client/README.md runs and greets people"
