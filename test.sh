#!/usr/bin/env bash
# Restores, builds and tests everything. Needs the .NET SDK and nothing else. The last line
# gives the totals. ./test.sh --help describes the arguments.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 NO_COLOR=1

usage() {
    cat <<'USAGE'
Usage: ./test.sh [--all] [FILTER…]

  ./test.sh          builds and tests everything but the code analyzers and the campaigns: long tests with thousands of seeds,
                     planted bugs, kills, power cuts, clients in other languages, and silos that start and fail as processes.
                     It also leaves out further cases of what other tests show, and a part of the gateway's tests over grains
  ./test.sh --all    builds and tests everything, one project after the other, and the seeds of the simulation beside them. .ci/run does
                     the same with fewer seeds and rounds. The gateway's tests over grains keep their journals on Azurite, if it is at
                     hand, and otherwise in their process, as without --all
  ./test.sh FILTER…  runs the tests that the filters choose, in all projects, campaigns included

Filters may be repeated and combined, and * stands for any characters:
  -class NAME        tests of a class, with its namespace:   -class 'OrleansUploads.Core.Tests.*TreeHasherTests'
  -method NAME       a test, with class and namespace:       -method '*.A_part_that_does_not_fit*'
  -namespace NAME    tests of a namespace
  -trait NAME=VALUE  tests with a trait:                     -trait Run=Campaign
  -class- NAME and so on leave tests out.

To run the tests of one project only: dotnet run --project tests/OrleansUploads.Core.Tests -- FILTER…
USAGE
}

case ${1:-} in
    -h | --help)
        usage
        exit 0
        ;;
esac

all=false
if [[ ${1:-} == --all ]]; then
    all=true
    shift
fi

# Without arguments, the campaigns are left out, because a developer waits for the result. A single case of a theory may be one.
filter=() quick=() cases=()
$all || (($# > 0)) || filter=(-trait- Run=Campaign)
$all || cases=(-preEnumerateTheories)

# Programs that run for seconds gain nothing from code that is optimized twice. The compiler's own warnings are still errors.
if ! $all; then
    quick=(-p:RunAnalyzers=false)
    export DOTNET_TieredPGO=0
fi

isAzureAtHand() {
    [[ -n ${ORLEANSUPLOADS_AZURE_STORAGE:-} ]] && return
    command -v node >/dev/null && { [[ -x deploy/azurite/node_modules/.bin/azurite-table ]] || command -v azurite-table >/dev/null; }
}
if $all && isAzureAtHand; then
    export ORLEANSUPLOADS_GATEWAY_TESTS_STORAGE=${ORLEANSUPLOADS_GATEWAY_TESTS_STORAGE-azure}
fi

results=$(mktemp -d)
# An interrupt reaches only what runs in the foreground. Tests beside it end here, with the processes that they started.
leave() {
    local job
    for job in $(jobs -p); do
        kill -- "-$job" 2>/dev/null || true
    done
    rm -rf "$results"
}
trap leave EXIT

dotnet restore OrleansUploads.sln --verbosity quiet
dotnet build OrleansUploads.sln --configuration Release --no-restore --verbosity quiet ${quick[@]+"${quick[@]}"}

passed=0 failed=0 skipped=0 broken=0

# Whole projects that cannot run here: one line and one skipped test each.
notRun=()
cannotRun() { [[ ${notRun[*]+"${notRun[*]}"} == *" $1, "* ]]; }

# Where no client may be missing, the tests run and fail.
azure=OrleansUploads.Cluster.Azure.Tests
if ! isAzureAtHand && [[ -z ${ORLEANSUPLOADS_REQUIRE_CLIENTS:-} ]]; then
    notRun+=("NOT RUN: $azure, the stores on Azure Storage. Azurite is not at hand; 'npm ci --prefix deploy/azurite' installs it.")
fi

# The tests with Amazon's client for .NET are outside the solution, because not every package source has the client.
awsSdk=OrleansUploads.AwsSdk.Tests
if restored=$(dotnet restore "tests/$awsSdk" --verbosity quiet 2>&1); then
    dotnet build "tests/$awsSdk" --configuration Release --no-restore --verbosity quiet ${quick[@]+"${quick[@]}"}
elif grep -qE 'NU110[12]: Unable to find package AWSSDK\.' <<<"$restored"; then
    notRun+=("NOT BUILT AND NOT RUN: $awsSdk, Amazon's own client for .NET. No package source has AWSSDK.Glacier; add one that has it.")
else
    echo "$restored"
    exit 1
fi

# Of the gateway's tests over grains, the quick run leaves these out. They have run over one process.
sampled=OrleansUploads.Cluster.Gateway.Tests sample=()
for class in AccountSettings BadInput DashboardView Inventory JobOutput LargeInventory LiveView \
    S3ContentHeader S3Copy S3List S3Restore Signature Stall VaultList; do
    sample+=(-class- "*.${class}Tests")
done

# A part of a project's tests may run under a name of its own: the seeds of the simulation.
simulation=OrleansUploads.Simulation
program() { echo "tests/${1%.Seeds}/bin/Release/net10.0/${1%.Seeds}.dll"; }

# Runs one project's tests. What it prints goes to a file, its results to a report.
run() {
    local name=$1
    shift
    local exitCode=0
    [[ $name != "$sampled" || ${#filter[@]} == 0 ]] || set -- "${sample[@]}"
    ${idle[@]+"${idle[@]}"} dotnet "$(program "$name")" -noLogo -noColor -result-xml "$results/$name.xml" \
        ${cases[@]+"${cases[@]}"} ${filter[@]+"${filter[@]}"} "$@" </dev/null >"$results/$name.log" 2>&1 || exitCode=$?
    echo "$exitCode" >"$results/$name.exit"
}

# The same beside other tests, in a process group of its own.
runBeside() {
    set -m
    run "$@" &
    set +m
}

# Names and messages of a project's failed tests: a reader who sees only the end of a long log needs them there.
failures() {
    awk '/ \[FAIL\]$|Cleanup Failure \(|FATAL ERROR/ { shown = 25; print; next } !/^      / { shown = 0 } shown-- > 0' "$results/$1.log"
}

# Prints what a project printed, and adds its results to the totals.
tell() {
    local name=$1
    echo
    echo "== $name"
    cat "$results/$name.log"

    # The totals come from the report alone. A program that died has none, whatever it printed.
    local report="$results/$name.xml" exitCode totals="" total
    exitCode=$(cat "$results/$name.exit")
    [[ ! -s $report ]] || totals=$(grep --only-matching --max-count=1 '<assembly [^>]*>' "$report" || true)
    count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$totals"; }
    total=$(count total)
    if [[ -z $total ]]; then
        echo "$name: it ended without a report, with exit code $exitCode."
        broken=$((broken + 1))
        return
    elif ((total == 0 && explicit == 0)); then
        echo "$name: it ran no test."
        broken=$((broken + 1))
        return
    fi

    local leftOut=0
    if ((${#filter[@]} > 0)); then
        # One line for each test method; a theory's cases are counted once.
        dotnet "$(program "$name")" -noColor "${cases[@]}" -list methods -trait Run=Campaign </dev/null >"$results/$name.campaigns"
        [[ $name != "$sampled" ]] \
            || dotnet "$(program "$name")" -noColor -list methods "${sample[@]/#-class-/-class}" </dev/null >>"$results/$name.campaigns"
        leftOut=$(wc -l <"$results/$name.campaigns")
    fi
    echo "$name: $(count passed) passed, $(($(count failed) + $(count errors))) failed, $(($(count skipped) + leftOut)) skipped"
    passed=$((passed + $(count passed)))
    failed=$((failed + $(count failed) + $(count errors)))
    failures "$name" >>"$results/failures"
    skipped=$((skipped + $(count skipped) + leftOut))
    # It says that something is wrong, and the report does not say what.
    if ((exitCode != 0 && $(count failed) + $(count errors) == 0)); then
        echo "$name: it ended with exit code $exitCode."
        broken=$((broken + 1))
    fi
}

# Of all tests, those on Azure Storage.
tellAzure() {
    local tests
    tests=$(
        grep --no-messages --no-filename --only-matching '<test [^>]*>' "$results"/*.Silo.Tests.xml "$results"/*.Cluster.Azure.Tests.xml \
            | grep --regexp ' type="OrleansUploads\.\(Silo\.Tests\.On\|Cluster\.\)Azure\.' --regexp ' name="[^"]*Azurite' || true
        [[ -z ${ORLEANSUPLOADS_GATEWAY_TESTS_STORAGE:-} ]] \
            || grep --only-matching '<test [^>]*>' "$results"/*.Cluster.Gateway.Tests.xml || true
    )
    count() { grep --count " result=\"$1\"" <<<"$tests" || true; }
    echo "On Azure Storage: $(count Pass) passed, $(count Fail) failed, $(count Skip) skipped"
}

explicit=$#
projects=() waiting=(OrleansUploads.Cluster.Tests OrleansUploads.EndToEnd.Tests)
for project in $(grep -l '<IsTestProject>true</IsTestProject>' tests/*/*.csproj); do
    name=$(basename "$project" .csproj)
    cannotRun "$name" || projects+=("$name")
done

if ((${#filter[@]} > 0)); then
    # Tests that mostly wait for servers and silos run beside the others.
    echo "Running ${#projects[@]} test projects; ${waiting[*]} beside the others"
    for name in "${waiting[@]}"; do
        runBeside "$name"
    done
    for name in "${projects[@]}"; do
        [[ " ${waiting[*]} " == *" $name "* ]] || { echo "Running $name"; run "$name"; tell "$name"; }
    done
    echo "Waiting for ${waiting[*]}"
    wait
    for name in "${waiting[@]}"; do
        tell "$name"
    done
    echo
    echo "Left out; ./test.sh --all runs them:"
    cat "$results"/*.campaigns
else
    # The seeds of the simulation wait for nothing and measure nothing. They use the processor time that the other projects leave.
    onlySeeds=() noSeeds=()
    if ((explicit == 0)); then
        for class in ClientSimulation PlantedBug Seed; do
            onlySeeds+=(-class "*.${class}Tests")
            noSeeds+=(-class- "*.${class}Tests")
        done
        idle=(nice -n 19)
        ! chrt --idle 0 true 2>/dev/null || idle=(chrt --idle 0)
        runBeside "$simulation.Seeds" "${onlySeeds[@]}"
        idle=()
    fi

    # One project after the other: timing means something only on a machine that does nothing else of the same priority.
    for name in "${projects[@]}"; do
        echo "Running $name"
        if [[ $name == "$simulation" ]]; then
            run "$name" "$@" ${noSeeds[@]+"${noSeeds[@]}"}
        else
            run "$name" "$@"
        fi
        tell "$name"
    done
    if ((explicit == 0)); then
        echo "Waiting for the seeds of the simulation"
        wait
        tell "$simulation.Seeds"
    fi
fi

echo
if [[ -s $results/failures ]]; then
    echo "Failed tests, again:"
    cat "$results/failures"
    echo
fi
for line in ${notRun[@]+"${notRun[@]}"}; do
    echo "$line"
    skipped=$((skipped + 1))
done
! $all || tellAzure
((broken == 0)) || echo "$broken test projects did not run as they should; see above."
echo "$passed passed, $((failed + broken)) failed, $skipped skipped"
((passed > 0 && failed == 0 && broken == 0))
