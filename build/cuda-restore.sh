#!/usr/bin/env bash
# Restores the samples with TorchBackend=cuda-linux, as somebody with a GPU would, without a package of CUDA and without
# network: from the packages that this machine has, and stand-ins that are nothing but the needs that TorchSharp's own
# packages state. It tells whether project files, versions and pins fit together; not whether libtorch loads.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
cache=${NUGET_PACKAGES:-$HOME/.nuget/packages}
mkdir "$room/feed"

python3 - "$room/feed" "$root/Directory.Packages.props" <<'STANDINS'
import re, sys, zipfile
feed, props = sys.argv[1:]
torchsharp = re.search("<TorchSharpVersion>(.*?)<", open(props).read())[1]
libtorch, cuda = "2.10.0", "libtorch-cuda-12.8-linux-x64"
# Parts of libtorch, and how many fragments each was cut into.
fragments = {1: 0, 2: 1, 3: 6, 4: 1, 5: 2, 6: 0, 7: 3, 8: 0, 9: 0}
parts = [f"{cuda}-part{part}{end}" for part, count in fragments.items()
         for end in (["-primary"] + [f"-fragment{n}" for n in range(1, count + 1)] if count else [""])]

def package(name, version, needs):
    group = "".join(f'<dependency id="{need}" version="{needed}" />' for need, needed in needs)
    with zipfile.ZipFile(f"{feed}/{name}.{version}.nupkg", "w") as file:
        file.writestr(f"{name}.nuspec", f"""<?xml version="1.0"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata>
<id>{name}</id><version>{version}</version><authors>stand-in</authors><description>Stand-in.</description>
<dependencies><group targetFramework="netstandard2.0">{group}</group></dependencies></metadata></package>""")
        file.writestr("lib/netstandard2.0/_._", "")

package("TorchSharp-cuda-linux", torchsharp, [("TorchSharp", torchsharp), (cuda, libtorch)])
package(cuda, libtorch, [(part, libtorch) for part in parts])
for part in parts:
    package(part, libtorch, [])
STANDINS

cat > "$room/nuget.config" <<CONFIG
<configuration>
  <packageSources><clear /><add key="stand-ins" value="$room/feed" /><add key="here" value="$cache" /></packageSources>
</configuration>
CONFIG
dotnet restore "$root/src/Alice.ML.Samples" -p:TorchBackend=cuda-linux --configfile "$room/nuget.config" --artifacts-path "$room/out" \
    --packages "$room/packages" -p:RestoreFallbackFolders="$cache" -p:TreatWarningsAsErrors=true -p:NuGetAudit=false -v quiet --nologo

python3 - "$room/out/obj/Alice.ML.Samples/project.assets.json" <<'CHECK'
import json, sys
names = {name.split("/")[0] for name in json.load(open(sys.argv[1]))["libraries"]}
cuda = [name for name in names if name.startswith("libtorch-cuda-12.8-linux-x64")]
cpu = [name for name in names if name.lower().startswith(("libtorch-cpu", "torchsharp-cpu"))]
print(f"TorchSharp-cuda-linux restores with {len(cuda)} packages of libtorch")
assert {"TorchSharp", "TorchSharp-cuda-linux"} <= names and len(cuda) == 23, sorted(names)
assert not cpu, f"beside it: {cpu}"
CHECK
