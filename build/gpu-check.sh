#!/usr/bin/env bash
# Publishes the tests as a self-contained folder without libtorch, small enough to carry to a machine that has a GPU and PyTorch but
# no .NET, and runs the tests of category Gpu there.
#   build/gpu-check.sh publish FOLDER    here: publish, and say how large it is compressed
#   ALICE_LIBTORCH=…/torch/lib FOLDER/gpu-check.sh    there: run
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if [ "${1:-}" = publish ]; then
    out=$2
    dotnet publish "$here/../test/Alice.ML.Tests" -c Release -r linux-x64 --self-contained -p:TorchBackend=none -o "$out" -v quiet
    rm -f "$out"/*.dll.lib "$out/onnxruntime.dll" # of another platform
    cp "$here/gpu-check.sh" "$out/"
    size=$(tar -cJf - -C "$out" . | wc -c)
    echo "published to $out: $((size / 1024 / 1024)) MB compressed"
    [ "$size" -le $((60 * 1024 * 1024)) ]
    exit
fi

: "${ALICE_LIBTORCH:=$(python3 -c 'import os, torch; print(os.path.join(os.path.dirname(torch.__file__), "lib"))')}"
export ALICE_LIBTORCH
exec "$here/Alice.ML.Tests" --filter TestCategory=Gpu --output Detailed
