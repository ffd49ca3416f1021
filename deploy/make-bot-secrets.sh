#!/bin/sh
# Writes the secrets of the Telegram bot into ./secrets: its token, taken from TELEGRAM_BOT_TOKEN, and a key of the running
# service that may act for the people of this bot. What is there already is kept.
set -eu
cd "$(dirname "$0")/.."

umask 077
mkdir -p secrets
chmod 700 secrets

if [ ! -s secrets/telegram_bot_token ]; then
    : "${TELEGRAM_BOT_TOKEN:?write to @BotFather in Telegram, /newbot, and set this to the token it gives you}"
    printf '%s' "$TELEGRAM_BOT_TOKEN" >secrets/telegram_bot_token
fi
if [ ! -s secrets/bot_api_key ]; then
    bot_id=$(cut -d: -f1 secrets/telegram_bot_token)
    docker compose exec -T api aisha-api keys create --user "bot-$bot_id" --act-as "telegram:$bot_id" >secrets/bot_api_key
fi
# Containers read the files under users of their own; the folder is closed.
chmod 444 secrets/telegram_bot_token secrets/bot_api_key
