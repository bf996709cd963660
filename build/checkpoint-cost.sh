#!/usr/bin/env bash
# What checkpoints cost: trains on a file with one every second, and prints how long they took to write and what share of the time that is at
# the usual interval: build/checkpoint-cost.sh DATA LABEL [option of train …].
set -euo pipefail
data=$(realpath "$1") label=$2
shift 2
cd "$(dirname "$0")/.."
dotnet build src/Alice.ML.Tool -c Release --nologo -v quiet
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
dotnet run --no-build -c Release --project src/Alice.ML.Tool -- train "$data" --label "$label" --verbose \
    --checkpoint "$folder/run.ckpt" --checkpoint-seconds 1 "$@" 2>&1 >/dev/null | awk '
    /Checkpoint of/ {
        n++; sum += $(NF - 1); if ($(NF - 1) + 0 > most) most = $(NF - 1) + 0
        bytes = $0; sub(/.*Checkpoint of /, "", bytes); sub(/ bytes.*/, "", bytes); gsub(/,/, "", bytes); if (bytes + 0 > size) size = bytes + 0
    }
    END { if (n == 0) { print "no checkpoint was written: the fit is too short, or failed"; exit 1 }
        printf "%d checkpoints of up to %.1f MB: mean %.3f s, most %.3f s; every 60 s that is %.2f%% of the time\n", n, size / 1e6, sum / n, most, 100 * sum / n / 60 }'
