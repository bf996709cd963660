#!/usr/bin/env bash
# Builds the command line and the tests for the platforms that CI does not run on: managed code, and what native libraries the packages
# have for them, but no libtorch. build/platforms.sh FOLDER keeps what it built.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$(mktemp -d)}
[ $# -gt 0 ] || trap 'rm -rf "$out"' EXIT
for platform in win-x64 win-arm64 osx-arm64 linux-arm64; do
    echo "for $platform"
    dotnet build "$root/test/Alice.ML.Tests" -c Release -r "$platform" -p:TorchBackend=none --artifacts-path "$out" \
        -p:RunAnalyzers=false -v quiet --nologo # the analysers have seen the same code in CI's own build
done
