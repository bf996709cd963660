#!/usr/bin/env bash
# Makes the small models of the current layout version that later versions must load: test/Alice.ML.Tests/Models/Golden.
# Run it once when the layout version has changed, and commit what it made; those of earlier versions stay as they are.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build test/Alice.ML.Tests -c Release --nologo -v quiet
ALICE_WRITE_GOLDEN_MODELS=1 "$(find test/Alice.ML.Tests/bin/Release -name 'Alice.ML.Tests' -o -name 'Alice.ML.Tests.exe' | head -n 1)" \
    --filter "FullyQualifiedName~Golden_models_are_made_when_asked_for"
git status --short test/Alice.ML.Tests/Models/Golden
