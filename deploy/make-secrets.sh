#!/bin/sh
# Writes the secrets that docker-compose.yml reads into ./secrets. What is there already is kept, so it is safe to run
# again; the key of fal.ai is taken from FAL_KEY.
set -eu
cd "$(dirname "$0")/.."

# Containers read the files under users of their own, so the files are open and the folder, which no container sees, is
# closed.
umask 077
mkdir -p secrets
chmod 700 secrets

keep() {
    [ -s "secrets/$1" ] || printf '%s' "$2" >"secrets/$1"
    chmod 444 "secrets/$1"
}
random() { od -An -v -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

if [ ! -s secrets/fal_key ] && [ -z "${FAL_KEY:-}" ]; then
    echo "FAL_KEY is not set; get a key at https://fal.ai/dashboard/keys" >&2
    exit 1
fi
keep fal_key "${FAL_KEY:-}"
keep postgres_password "$(random 32)"
keep database_url "postgres://aisha:$(cat secrets/postgres_password)@postgres:5432/aisha"
keep s3_access_key_id "GK$(random 12)"
keep s3_secret_access_key "$(random 32)"
keep garage.env "GARAGE_DEFAULT_ACCESS_KEY=$(cat secrets/s3_access_key_id)
GARAGE_DEFAULT_SECRET_KEY=$(cat secrets/s3_secret_access_key)
GARAGE_RPC_SECRET=$(random 32)
"
