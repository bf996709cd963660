#!/usr/bin/env bash
# Trains one epoch on more rows than a process may hold, in a memory cgroup of its own, and checks what a full disk says. Needs root for the
# cgroup (version 1 or 2): build/large-data.sh [ROWS [MEGABYTES [FOLDER]]], by default 40,000,000 rows of 20 columns (3.2 GB) in 1,500 MB, with
# the file of rows in FOLDER (default: /var/tmp). Ends with 77 where no cgroup can be made: that says nothing of the trainer.
set -euo pipefail
rows=${1:-40000000} megabytes=${2:-1500} folder=$(realpath "${3:-/var/tmp}")
cd "$(dirname "$0")/.."
[ -n "${NO_BUILD:-}" ] || dotnet build test/Alice.ML.Benchmarks -c Release --nologo -v quiet
program=$(find test/Alice.ML.Benchmarks/bin/Release -name Alice.ML.Benchmarks -type f | head -n 1)

name=alice-large-data-$$
if [ -d /sys/fs/cgroup/memory ]; then
    group=/sys/fs/cgroup/memory/$name limit=memory.limit_in_bytes peak=memory.max_usage_in_bytes
else
    group=/sys/fs/cgroup/$name limit=memory.max peak=memory.peak
fi
if ! mkdir "$group" 2>/dev/null || ! echo $((megabytes * 1000 * 1000)) > "$group/$limit"; then
    echo "inconclusive: no memory cgroup can be made here" >&2
    exit 77
fi
disk=
trap 'rmdir "$group" || true; [ -z "$disk" ] || { umount "$disk" || true; rmdir "$disk"; }' EXIT

echo "limit $megabytes MB, $(nproc) processors"
bash -c 'echo $$ > "$0/cgroup.procs" && exec "$@"' "$group" "$program" scale fit --rows "$rows" --folder "$folder" ${STREAM:+--stream}
echo "peak of the group, with what it has of the file: $(($(cat "$group/$peak") / 1000000)) MB"
if find "$folder" -maxdepth 1 -name 'alice-*.rows' | grep .; then
    echo "a file of rows is left" >&2
    exit 1
fi

# A disk of 20 MB: the file is refused before the reading, and without the number of rows when it is full.
disk=$(mktemp -d)
if mount -t tmpfs -o size=20m tmpfs "$disk" 2>/dev/null; then
    for stream in "" --stream; do
        if out=$("$program" scale fit --rows 1000000 --memory 1000000 --folder "$disk" $stream 2>&1); then
            echo "a full disk was not noticed" >&2
            exit 1
        fi
        grep -m 1 -E 'bytes are free' <<< "$out"
    done
    [ -z "$(ls -A "$disk")" ]
else
    echo "no small disk can be mounted here: not checked" >&2
fi
