#!/usr/bin/env bash
# Has libFuzzer invent files for so many seconds (60) and reads each: `imaging/fuzz/run.sh [SECONDS]`. A file that makes a
# reader panic, hang or swell ends it with an error and lies in the folder that is named then.
#
# The compiler is the stable one: coverage is a pass that LLVM has anyway. Only the sanitizers want a nightly one, and safe
# code has little use for them.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-60}
target=$(rustc --print host-tuple)
builds=${CARGO_TARGET_DIR:-../../target}/fuzz
work=$(mktemp -d)
trap 'rm -rf "$work/corpus" "$work/seeds"; rmdir "$work" 2>/dev/null || true' EXIT

coverage="-Cpasses=sancov-module -Ccodegen-units=1"
for option in level=4 inline-8bit-counters pc-table trace-compares; do
    coverage="$coverage -Cllvm-args=-sanitizer-coverage-$option"
done
# With a target named, the flags are not for build scripts. The seeds need no coverage, and could not be linked with it.
cargo build -q --release --bin seeds --target-dir "$builds/plain"
RUSTFLAGS="$coverage --cfg fuzzing" cargo build -q --release --bin reader --target "$target" --target-dir "$builds/covered"

mkdir "$work/corpus"
"$builds/plain/release/seeds" "$work/seeds"
# Findings are what is left in the folder when this has ended.
if ! "$builds/covered/$target/release/reader" "$work/corpus" "$work/seeds" \
    -max_total_time="$seconds" -rss_limit_mb=512 -timeout=10 -max_len=16384 -print_final_stats=1 \
    -artifact_prefix="$work/" 2>"$work/corpus.log"; then
    tail -n 60 "$work/corpus.log" >&2
    echo "a file that should not do this lies in $work" >&2
    exit 1
fi
runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/corpus.log")
first=$(grep -m 1 -o 'cov: [0-9]*' "$work/corpus.log")
last=$(grep -o 'cov: [0-9]*' "$work/corpus.log" | tail -n 1)
rm "$work/corpus.log"
echo "ok -- $runs files in $seconds s, none of them a stumble; at first $first, at last $last"
