#!/usr/bin/env bash
# Restores, builds and tests everything that the package feeds at hand allow. Needs the .NET SDK and nothing else. The last line
# gives the totals.
# Arguments go to every test program, for example: ./test.sh -class OrleansUploads.Core.Tests.Hashing.TreeHasherTests
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 NO_COLOR=1

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# Some feeds carry only a part of the public gallery. What they lack must not keep anybody from all the rest.
solution=""
for candidate in OrleansUploads.sln OrleansUploads.WithoutAzure.slnf OrleansUploads.WithoutOrleans.slnf; do
    [[ $candidate == OrleansUploads.sln ]] || export WithAzure=false
    if dotnet restore "$candidate" --verbosity quiet >"$results/restore" 2>&1; then
        solution=$candidate
        break
    fi
    missing=$(sed -nE 's/.*error NU110[123]: .*package ([A-Za-z0-9._-]*[A-Za-z0-9]).*/\1/p' "$results/restore" | sort -u | paste -sd ' ')
    if [[ -z $missing || $candidate == OrleansUploads.WithoutOrleans.slnf ]]; then
        cat "$results/restore"
        echo "$candidate cannot be restored; see above."
        exit 1
    fi
    echo "NOT EVERYTHING IS BUILT AND TESTED: $candidate cannot be restored, because the package feeds lack $missing"
done
echo "Testing $solution"
dotnet build "$solution" --configuration Release --no-restore --verbosity quiet

passed=0 failed=0 skipped=0 broken=0

# One project after the other: timing means something only on a machine that does nothing else.
for project in $(grep -l '<IsTestProject>true</IsTestProject>' tests/*/*.csproj); do
    name=$(basename "$project" .csproj)
    report="$results/$name.xml"
    echo
    echo "== $name"
    if ! grep -q "$name\.csproj" "$solution"; then
        leftOut=$({ grep -rhE --include='*.cs' '^ *\[(Fact|Theory)\b' "tests/$name" || true; } | wc -l)
        echo "$name: left out, because packages are missing; $leftOut skipped"
        skipped=$((skipped + leftOut))
        continue
    fi
    dotnet "tests/$name/bin/Release/net10.0/$name.dll" -noLogo -noColor -xml "$report" "$@" </dev/null || exitCode=$?

    # The totals come from the report alone. A program that died has none, whatever it printed.
    totals=""
    [[ ! -s $report ]] || totals=$(grep --only-matching --max-count=1 '<assembly [^>]*>' "$report" || true)
    count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$totals"; }
    total=$(count total)
    if [[ -z $total ]]; then
        echo "$name: it ended without a report, with exit code ${exitCode:-0}."
        broken=$((broken + 1))
    elif ((total == 0 && $# == 0)); then
        echo "$name: it ran no test."
        broken=$((broken + 1))
    else
        echo "$name: $(count passed) passed, $(($(count failed) + $(count errors))) failed, $(count skipped) skipped"
        passed=$((passed + $(count passed)))
        failed=$((failed + $(count failed) + $(count errors)))
        skipped=$((skipped + $(count skipped)))
        # It says that something is wrong, and the report does not say what.
        if ((${exitCode:-0} != 0 && $(count failed) + $(count errors) == 0)); then
            echo "$name: it ended with exit code $exitCode."
            broken=$((broken + 1))
        fi
    fi
    unset exitCode
done

echo
((broken == 0)) || echo "$broken test projects did not run as they should; see above."
echo "$passed passed, $((failed + broken)) failed, $skipped skipped"
((passed > 0 && failed == 0 && broken == 0))
