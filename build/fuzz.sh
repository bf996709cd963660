#!/usr/bin/env bash
# Damages model files of each task, 100,000 times unless another number is given, and loads them: build/fuzz.sh [COUNT].
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build test/Alice.ML.Tests -c Release --nologo -v quiet
ALICE_MUTATIONS=${1:-100000} "$(find test/Alice.ML.Tests/bin/Release -name 'Alice.ML.Tests' -o -name 'Alice.ML.Tests.exe' | head -n 1)" \
    --filter "FullyQualifiedName~DamagedModelTests" --output detailed
