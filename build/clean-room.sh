#!/usr/bin/env bash
# Packs everything and uses the packages as a stranger would, outside the source tree: what they need and say, an application that trains
# and saves and a second process that loads, a script, a one-file program, and the tool.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
room=$(mktemp -d)
version="0.2.0-check.$(date +%s)"
cache=${NUGET_PACKAGES:-$HOME/.nuget/packages}
cleanup() { rm -rf "$room" "$root"/packages/*."$version".*nupkg "$cache"/alice.ml{,.files,.landscape,.mpi,.models,.optimizer,.tool}/"$version"; }
trap cleanup EXIT
export CreateHardLinksForCopyLocalIfPossible=true # three platforms' libtorch take a gigabyte
export XDG_DATA_HOME="$room/data"                 # where the SDK builds one-file programs

near_350() { # near_350 NAME SCORE
    echo "clean room: $1 says $2 (exact: 350)"
    awk -v s="$2" 'BEGIN { exit !(s > 340 && s < 360) }'
}

dotnet pack "$root" -c Release -p:Version="$version" -v quiet --nologo
cp "$root"/build/clean-room/{CleanRoom.csproj,Program.cs,script.fsx} "$room"
cat > "$room/nuget.config" <<CONFIG
<configuration><packageSources><add key="alice-packed" value="$root/packages" /></packageSources></configuration>
CONFIG
cd "$room"
dotnet build CleanRoom.csproj -c Release -p:AliceVersion="$version" -v quiet --nologo -o out

dotnet tool install Alice.ML.Tool --version "$version" --tool-path tool --configfile nuget.config

# Each package needs these and no others; the tool carries all that it uses.
declare -A needs=(
    [Alice.ML]="Alice.ML.Models Alice.ML.Optimizer Microsoft.ML System.Numerics.Tensors TorchSharp"
    [Alice.ML.Landscape]="Alice.ML Microsoft.ML"
    [Alice.ML.Mpi]="Alice.ML"
    [Alice.ML.Files]=""
    [Alice.ML.Optimizer]="Alice.ML.Files System.Numerics.Tensors TorchSharp"
    [Alice.ML.Models]="Alice.ML.Files Google.Protobuf Microsoft.ML System.Numerics.Tensors"
    [Alice.ML.Tool]=""
)
for package in "$root"/packages/*."$version".nupkg; do
    name=$(basename "$package" ".$version.nupkg")
    python3 -m zipfile -e "$package" "unpacked/$name"
    nuspec=unpacked/$name/$name.nuspec
    packed=$(sed -nE 's/.*<dependency id="([^"]+)".*/\1/p' "$nuspec" | sort | paste -sd ' ')
    echo "clean room: $name needs ${packed:-nothing}"
    [ "${needs[$name]-unknown}" = "$packed" ]
    # ML.NET's internals are used: only versions that may be expected to have them.
    ! grep -q 'id="Microsoft.ML" ' "$nuspec" || grep -q 'id="Microsoft.ML" version="\[5.0.1, 5.1.0)"' "$nuspec"
    for element in '<license type="expression">MIT' '<icon>' '<readme>' '<releaseNotes>' '<repository type="git"'; do
        grep -q "$element" "$nuspec" || { echo "$name has no $element"; exit 1; }
    done
    [ -s "${package%.nupkg}.snupkg" ] || { echo "$name has no symbols"; exit 1; }
    ! grep -rlF "$root/" "unpacked/$name" --include='[Aa]lice*.dll' || { echo "$name holds a path of this machine"; exit 1; }
done

trained=$(dotnet out/CleanRoom.dll train model.zip)
loaded=$(dotnet out/CleanRoom.dll predict model.zip)
near_350 "the trained model" "$trained"
[ "$trained" = "$loaded" ]

sed -i "s|SOURCE|$root/packages|; s|VERSION|$version|" script.fsx
near_350 "the script" "$(dotnet fsi script.fsx | tail -n 1)"

# The programs of README and Get started: from the table that the sample makes to a service.
mkdir -p one-file data
for program in app train service; do
    sed "s/^\(#:package Alice.ML[^@]*\)@.*/\1@$version/" "$root/build/clean-room/$program.cs" > "one-file/$program.cs"
done
cd one-file
says=$(dotnet run app.cs)
echo "clean room: README's program says $says"
grep -qE '^RMSE [0-9.]+; expected [0-9.]+ ± [0-9.]+$' <<< "$says"
{
    echo district,size,floor,rent
    for i in {1..400}; do
        size=$((25 + i * 37 % 125)) floor=$((i * 7 % 6))
        [ $((i % 2)) -eq 0 ] && echo "north,$size,$floor,$((10 * size + 20 * floor))" || echo "south,$size,,$((12 * size))"
    done
} > flats.csv
echo "clean room: Get started's program says $(dotnet run train.cs)"
dotnet run service.cs > service.log 2>&1 &
service=$!
trap 'kill $service 2> /dev/null; cleanup' EXIT
answer=
for _ in {1..120}; do
    answer=$(curl -sf http://127.0.0.1:5000/predict -H 'Content-Type: application/json' -d '{"district":"north","size":80,"floor":2}') && break
    kill -0 "$service" || { cat service.log; exit 1; }
    sleep 1
done
echo "clean room: Get started's service answers $answer (exact: 840)"
awk -v s="$(grep -oE '[0-9]+(\.[0-9]+)?' <<< "$answer")" 'BEGIN { exit !(s > 790 && s < 890) }'
cd ..

{ echo a,b,y; for i in {1..200}; do echo "$((i % 17)),$((i % 23)),$((3 * (i % 17) - i % 23))"; done; } > table.csv
tool/alice train table.csv --label y --networks 1 --epochs 20 --save tool-model.zip
tool/alice predict tool-model.zip table.csv --out scores.csv
echo "clean room: the tool scores $(($(wc -l < scores.csv) - 1)) rows of 200"
[ "$(wc -l < scores.csv)" -eq 201 ]
