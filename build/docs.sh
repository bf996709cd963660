#!/usr/bin/env bash
# Makes the API reference from the XML comments, and the pages of docs beside it, in artifacts/docs. docfx is kept in artifacts/tools.
set -euo pipefail
cd "$(dirname "$0")/.."
version=2.81.0
tools=artifacts/tools
[ -x "$tools/docfx" ] || dotnet tool install docfx --version "$version" --tool-path "$tools"
# The tool's output holds the assemblies of all packages and what they need.
dotnet build src/Alice.ML.Tool -c Release --nologo -v quiet
input=artifacts/docs-input
rm -rf "$input" artifacts/docs-yml artifacts/docs
mkdir -p "$input/references"
output=$(dirname "$(find src/Alice.ML.Tool/bin/Release -name alice.dll -not -path '*/publish/*' | head -n 1)")
for name in Alice.ML Alice.ML.Models Alice.ML.Optimizer Alice.ML.Landscape Alice.ML.Mpi alice; do
    cp "$output/$name.dll" "$output/$name.xml" "$input"
done
cp "$output"/*.dll "$input/references"
# Warnings are errors, but for Microsoft.ML.OneDal: ML.NET refers to it, and no project needs it (the rule in docfx.json).
"$tools/docfx" metadata build/docs/docfx.json --warningsAsErrors
"$tools/docfx" build build/docs/docfx.json --warningsAsErrors
echo "artifacts/docs/docs/README.html"
