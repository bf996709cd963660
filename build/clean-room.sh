#!/usr/bin/env bash
# Packs Alice.ML and uses the packages as a stranger would, outside the source tree: what they need, an application that trains and saves
# and a second process that loads, a script, and a one-file program.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
room=$(mktemp -d)
version="0.1.0-check.$(date +%s)"
cache=${NUGET_PACKAGES:-$HOME/.nuget/packages}
cleanup() { rm -rf "$room" "$root"/packages/*."$version".nupkg "$cache/alice.ml/$version" "$cache/alice.ml.models/$version"; }
trap cleanup EXIT
export CreateHardLinksForCopyLocalIfPossible=true # three platforms' libtorch take a gigabyte
export XDG_DATA_HOME="$room/data"                 # where the SDK builds one-file programs

near_350() { # near_350 NAME SCORE
    echo "clean room: $1 says $2 (exact: 350)"
    awk -v s="$2" 'BEGIN { exit !(s > 340 && s < 360) }'
}

dotnet pack "$root" -c Release -p:Version="$version" -v quiet --nologo
cp "$root"/build/clean-room/* "$room"
cat > "$room/nuget.config" <<CONFIG
<configuration><packageSources><add key="alice-packed" value="$root/packages" /></packageSources></configuration>
CONFIG
cd "$room"
dotnet build CleanRoom.csproj -c Release -p:AliceVersion="$version" -v quiet --nologo -o out

for project in Alice.ML Alice.ML.Models; do
    stated=$(sed -nE 's/.*<PackageReference Include="([^"]+)" \/>.*/\1/p; s/.*<ProjectReference .*\/([^\/"]+)\.csproj".*/\1/p' \
        "$root/src/$project/$project.csproj" | sort)
    packed=$(sed -nE 's/.*<dependency id="([^"]+)".*/\1/p' "$cache/${project,,}/$version/${project,,}.nuspec" | sort)
    echo "clean room: $project needs" $packed
    [ "$stated" = "$packed" ]
done

trained=$(dotnet out/CleanRoom.dll train model.zip)
loaded=$(dotnet out/CleanRoom.dll predict model.zip)
near_350 "the trained model" "$trained"
[ "$trained" = "$loaded" ]

sed -i "s|SOURCE|$root/packages|; s|VERSION|$version|" script.fsx
near_350 "the script" "$(dotnet fsi script.fsx | tail -n 1)"

mkdir -p one-file data
{ printf '#:package %s\n' "Alice.ML@$version" TorchSharp-cpu@0.107.0; echo '#:property PublishAot=false'; cat Program.cs; } > one-file/program.cs
near_350 "the one-file program" "$(dotnet run --file one-file/program.cs -- train one-file/model.zip | tail -n 1)"
