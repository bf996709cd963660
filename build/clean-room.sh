#!/usr/bin/env bash
# Packs Alice.ML and uses the package as a stranger would: outside the source tree, train and save, then load in a second process.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
room=$(mktemp -d)
version="0.1.0-check.$(date +%s)"
cache=${NUGET_PACKAGES:-$HOME/.nuget/packages}
cleanup() { rm -rf "$room" "$root"/packages/*."$version".nupkg "$cache/alice.ml/$version" "$cache/alice.ml.models/$version"; }
trap cleanup EXIT

dotnet pack "$root" -c Release -p:Version="$version" -v quiet --nologo
cp "$root"/build/clean-room/* "$room"
cat > "$room/nuget.config" <<CONFIG
<configuration><packageSources><add key="alice-packed" value="$root/packages" /></packageSources></configuration>
CONFIG
cd "$room"
dotnet build -c Release -p:AliceVersion="$version" -v quiet --nologo -o out
trained=$(dotnet out/CleanRoom.dll train model.zip)
loaded=$(dotnet out/CleanRoom.dll predict model.zip)
echo "clean room: trained model says $trained, loaded model says $loaded (exact: 350)"
[ "$trained" = "$loaded" ]
awk -v s="$loaded" 'BEGIN { exit !(s > 340 && s < 360) }'
