#!/usr/bin/env bash
# Tests a random sample of mutants of one project: build/mutants.sh PROJECT ASSEMBLY FILES COUNT CLASSES [WORKERS], for example
#   build/mutants.sh Alice.ML Alice.ML.dll Alice.ML/Training/ 200 Tests.Training,Tests.Trainers,Tests.Ranks,-MpiTests
# FILES: part of the paths of the files to mutate. CLASSES: parts of the names of the tests to run; a minus leaves out.
# dotnet-stryker makes the mutants in a copy of the last commit, with one test that does nothing, since it would start a process and
# run all tests for each mutant. Alice.ML.Mutants runs only those that reach a mutant, in one process.
set -euo pipefail
cd "$(dirname "$0")/.."
project=$1 assembly=$2 files=$3 count=$4 classes=$5 workers=${6:-2}
root=$PWD work=$PWD/obj/mutants
rm -rf "$work" && mkdir -p "$work" && git clone -q . "$work/copy"
dotnet tool install dotnet-stryker --version 5.1.0 --tool-path "$work/tool" > /dev/null
dotnet build test/Alice.ML.Tests -c Release --nologo -v quiet
dotnet build test/Alice.ML.Mutants -c Release --nologo -v quiet

# Mutated code has warnings.
cd "$work/copy/test/Alice.ML.Tests"
mkdir -p ../../packages && cp -r "$root/packages/." ../../packages/
sed -i 's/<TreatWarningsAsErrors>true/<TreatWarningsAsErrors>false/; s/<EnforceCodeStyleInBuild>true/<EnforceCodeStyleInBuild>false/' \
    ../../Directory.Build.props
find . -name '*.cs' -delete
# Stryker's analysis fails with the references of all tests.
cat > Alice.ML.Tests.csproj <<CODE
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <EnableMSTestRunner>true</EnableMSTestRunner>
    <TestingPlatformDotnetTestSupport>true</TestingPlatformDotnetTestSupport>
    <IsTestProject>true</IsTestProject>
    <NoWarn>\$(NoWarn);CS1591</NoWarn>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="MSTest" />
    <ProjectReference Include="../../src/$project/$project.csproj" />
  </ItemGroup>
  <Import Project="../../build/TorchBackend.targets" />
</Project>
CODE
cat > OneTest.cs <<'CODE'
[Microsoft.VisualStudio.TestTools.UnitTesting.TestClass]
public class OneTest { [Microsoft.VisualStudio.TestTools.UnitTesting.TestMethod] public void Passes() { } }
CODE
"$work/tool/dotnet-stryker" --skip-version-check -t mtp --configuration Release -c 1 -p "$project.csproj" -m '**/*.cs' -r json \
    -O "$work/stryker" > "$work/stryker.log" &
# Stryker puts the original back at its end.
until mutated=$(find bin -name "$assembly" -exec grep -l MutantControl {} + 2> /dev/null | head -n 1) && [ -n "$mutated" ]; do
    kill -0 $! || { tail "$work/stryker.log"; exit 1; }
    sleep 1
done
sleep 2 && cp "$mutated" "$work/$assembly"
wait $!

cp -r "$(dirname "$(find "$root/test/Alice.ML.Tests/bin/Release" -name Alice.ML.Tests.dll | head -n 1)")" "$work/tests"
cp "$root"/test/Alice.ML.Mutants/bin/Release/net10.0/Alice.ML.Mutants.* "$work/tests/"
cd "$work/tests"
run() {
    OMP_NUM_THREADS=1 dotnet exec --depsfile Alice.ML.Tests.deps.json --runtimeconfig Alice.ML.Tests.runtimeconfig.json Alice.ML.Mutants.dll "$@"
}
run switch "$work/$assembly" "$assembly"
run cover "$assembly" "$work/coverage.json" "$classes"
run run "$assembly" "$work/coverage.json" "$work/stryker/reports/mutation-report.json" "$work/results.tsv" "$files" "$count" "$workers"
run show "$work/stryker/reports/mutation-report.json" "$work/results.tsv"
