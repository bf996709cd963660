#!/usr/bin/env bash
# Writes down the scores of the small fits of KnownFitTests: test/Alice.ML.Tests/Trainers/Known/fits.csv.
# Run it when a change of what a fit gives is meant, look at what has changed, and say so in the changelog.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build test/Alice.ML.Tests -c Release --nologo -v quiet
ALICE_WRITE_KNOWN_FITS=1 "$(find test/Alice.ML.Tests/bin/Release -name 'Alice.ML.Tests' -o -name 'Alice.ML.Tests.exe' | head -n 1)" \
    --filter "FullyQualifiedName~Known_fits_are_written_down_when_asked_for"
git diff --stat test/Alice.ML.Tests/Trainers/Known
