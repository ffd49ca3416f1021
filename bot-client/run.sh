#!/bin/sh
# Runs the service and its Telegram bot together, from a clone, with everything under ./data:
#
#   TELEGRAM_BOT_TOKEN=123456789:AAF… sh bot-client/run.sh
#
# Pictures come from the sandbox until FAL_KEY and AISHA_PUBLIC_URL are set; then from fal.ai.
set -eu
cd "$(dirname "$0")/.."

: "${TELEGRAM_BOT_TOKEN:?write to @BotFather in Telegram, /newbot, and set this to the token it gives you}"
export TELEGRAM_BOT_TOKEN
bot_id=${TELEGRAM_BOT_TOKEN%%:*}
built=${CARGO_TARGET_DIR:-target}/debug
data=${AISHA_DATA_DIR:-data}

# As `cargo run` builds the service, so that it is not built twice.
cargo build
cargo build -p aisha-bot

"$built/aisha-api" serve &
service=$!
trap 'kill "$service" 2>/dev/null; wait "$service"' EXIT
trap 'exit 0' INT TERM
until "$built/aisha-api" health 2>/dev/null; do
    kill -0 "$service" || exit 1
    sleep 0.2
done

# A key that may act for the people of this bot, and of no other. It is made once.
key=$data/bot-$bot_id-key
if [ ! -s "$key" ]; then
    (umask 077 && "$built/aisha-api" keys create --user "bot-$bot_id" --act-as "telegram:$bot_id" 2>/dev/null >"$key")
fi

AISHA_API_URL=${AISHA_API_URL:-http://127.0.0.1:8080} AISHA_API_KEY_FILE=$key \
    AISHA_BOT_DATA_DIR=${AISHA_BOT_DATA_DIR:-$data/bot} "$built/aisha-bot" &
bot=$!
trap 'kill "$bot" "$service" 2>/dev/null; wait "$bot" "$service"' EXIT
wait "$bot"
