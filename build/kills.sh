#!/usr/bin/env bash
# Kills each of three trainings at seeded moments, 50 times unless another number is given, resumes them, and compares the models with those
# of uninterrupted ones: build/kills.sh [COUNT].
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build test/Alice.ML.Tests -c Release --nologo -v quiet
ALICE_KILLS=${1:-50} "$(find test/Alice.ML.Tests/bin/Release -name 'Alice.ML.Tests' -o -name 'Alice.ML.Tests.exe' | head -n 1)" \
    --filter "FullyQualifiedName~KilledTrainingTests" --output detailed
