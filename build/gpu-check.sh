#!/usr/bin/env bash
# Publishes the tests as a self-contained folder without libtorch, small enough to carry to a machine that has a GPU and PyTorch but
# no .NET; there it runs the tests of category Gpu and PyTorch's like, and writes what they measure into gpu.md.
#   build/gpu-check.sh publish FOLDER    here: publish, and say how large it is compressed
#   ALICE_LIBTORCH=…/torch/lib FOLDER/gpu-check.sh    there: run, in under 8 minutes; FOLDER/gpu.md replaces docs/gpu.md
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if [ "${1:-}" = publish ]; then
    out=$2
    dotnet publish "$here/../test/Alice.ML.Tests" -c Release -r linux-x64 --self-contained -p:TorchBackend=none -o "$out" -v quiet
    rm -f "$out"/*.dll.lib "$out/onnxruntime.dll" # of another platform
    cp "$here/gpu-check.sh" "$here/gpu-reference.py" "$here/../docs/gpu.md" "$out/"
    size=$(tar -cJf - -C "$out" . | wc -c)
    echo "published to $out: $((size / 1024 / 1024)) MB compressed"
    [ "$size" -le $((60 * 1024 * 1024)) ]
    exit
fi

: "${ALICE_LIBTORCH:=$(python3 -c 'import os, torch; print(os.path.join(os.path.dirname(torch.__file__), "lib"))')}"
export ALICE_LIBTORCH
log=$(mktemp)
memory=$(mktemp)
trap 'kill "$sampler" 2>/dev/null || true; rm -f "$log" "$memory"' EXIT

# Memory of the card while the tests run, a number of MiB every fifth of a second.
nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits -lms 200 > "$memory" 2>/dev/null &
sampler=$!
verdict=0
timeout 360 "$here/Alice.ML.Tests" --filter TestCategory=Gpu --output Detailed | tee "$log" || verdict=$?
kill "$sampler" 2>/dev/null || true
echo "RESULT| most memory of the card in use | $(sort -n "$memory" | tail -1) MiB |" | tee -a "$log"
timeout 60 python3 "$here/gpu-reference.py" | tee -a "$log" || echo "No figures of PyTorch."

# Everything up to the results stays; what was measured takes their place.
{
    sed '/^## Results/q' "$here/gpu.md"
    echo
    echo "$(nvidia-smi --query-gpu=name --format=csv,noheader | head -1), $(nproc) processor cores, $(date -u +%F)$([ "$verdict" = 0 ] || echo '; TESTS FAILED')."
    echo
    echo '| what | result |'
    echo '| --- | --- |'
    grep -o 'RESULT|.*' "$log" | sed 's/^RESULT//'
} > "$here/gpu.md.new"
mv "$here/gpu.md.new" "$here/gpu.md"
exit "$verdict"
