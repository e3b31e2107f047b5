#!/usr/bin/env bash
# Restores, builds and tests everything. Needs the .NET SDK and nothing else. The last line
# gives the totals. ./test.sh --help describes the arguments.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# One compiler for all projects starts faster than one for each. It ends with this script.
export UseSharedCompilation=true
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 NO_COLOR=1 LC_ALL=C

usage() {
    cat <<'USAGE'
Usage: ./test.sh [--all] [FILTER…]

  ./test.sh          builds and tests everything but the code analyzers, the benchmarks and the campaigns: long tests with kills, power
                     cuts, clients in other languages, and silos that start and fail as processes. It also leaves out further cases of
                     what other tests show, and what measures seconds
  ./test.sh --all    builds and tests everything but the campaigns that rotate: of their eight slices it plays one, chosen by the number
                     of commits. Two projects run at once. What measures seconds runs alone at the end
  ./test.sh FILTER…  runs the tests that the filters choose, in all projects, campaigns included

Filters may be repeated and combined, and * stands for any characters:
  -class NAME        tests of a class, with its namespace:   -class 'OrleansUploads.Core.Tests.*TreeHasherTests'
  -method NAME       a test, with class and namespace:       -method '*.A_part_that_does_not_fit*'
  -namespace NAME    tests of a namespace
  -trait NAME=VALUE  tests with a trait:                     -trait Run=Campaign
  -class- NAME and so on leave tests out.

Settings are environment variables:
  ORLEANSUPLOADS_SLICE=N           plays slice N, from 0 to 7, instead of the commit's; "all" plays every slice
  ORLEANSUPLOADS_SEED_FROM=HEX     draws the seeds that differ from commit to commit from these 8 hexadecimal digits
  ORLEANSUPLOADS_REQUIRE_CLIENTS=1 tests whose programs are missing fail, and so does each skipped test that
                                   tests/expected-skips.txt does not name

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
# What runs: "quick" for a developer who waits, "all", or "chosen" by filters.
mode=quick
! $all || mode=all
(($# == 0)) || mode=chosen

filter=("$@") quick=() cases=() slice=
case $mode in
    quick)
        # A single case of a theory may be a campaign.
        filter=(-trait- Run=Campaign -trait- Run=Timing) cases=(-preEnumerateTheories)
        ;;
    all)
        slice=${ORLEANSUPLOADS_SLICE:-$(($(git rev-list --count HEAD 2>/dev/null || echo 0) % 8))}
        if [[ $slice != all ]]; then
            for number in {0..7}; do
                ((number == slice)) || filter+=(-trait- "Slice=$number")
            done
            cases=(-preEnumerateTheories)
        fi
        ;;
esac

# Seeds that differ from commit to commit: over time they prove more than the same ones each time.
if [[ -z ${ORLEANSUPLOADS_SEED_FROM:-} ]] && commit=$(git rev-parse --short=8 HEAD 2>/dev/null); then
    export ORLEANSUPLOADS_SEED_FROM=${commit:0:8}
fi

# Programs that run for seconds gain nothing from code that is optimized twice. A method is compiled again after 4,096 calls instead of 30;
# the number is hexadecimal.
export DOTNET_TieredPGO=0 DOTNET_TC_CallCountThreshold=1000

# The compiler's own warnings are still errors. Nothing that runs needs doc comments and reference assemblies as files.
$all || quick=(-p:RunAnalyzers=false -p:GenerateDocumentationFile=false -p:ProduceReferenceAssembly=false)

isAzureAtHand() {
    [[ -n ${ORLEANSUPLOADS_AZURE_STORAGE:-} ]] && return
    command -v node >/dev/null && { [[ -x deploy/azurite/node_modules/.bin/azurite-table ]] || command -v azurite-table >/dev/null; }
}

results=$(mktemp -d)
# Some tests start programs in it as another user.
chmod a+rx "$results"
# An interrupt reaches only what runs in the foreground. Tests beside it end here, with the processes that they started.
leave() {
    local job
    for job in $(jobs -p); do
        kill -- "-$job" 2>/dev/null || true
    done
    rm -rf "$results"
    dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1 || true
}
trap leave EXIT

passed=0 failed=0 skipped=0 broken=0

# Runs a command, and notes where the time goes: the seconds that it took, and those of processors.
timed() {
    local name=$1 exitCode=0 TIMEFORMAT='%R %U %S' spent real user kernel
    shift
    spent=$(mktemp "$results/XXXXXX")
    # What the command prints is not what "time" prints. In a shell of its own, no other job that ends meanwhile counts.
    (time "$@" 2>&3) 3>&2 2>"$spent" || exitCode=$?
    read -r real user kernel <"$spent"
    awk -v real="$real" -v user="$user" -v kernel="$kernel" -v name="$name" \
        'BEGIN { printf "%6d s %6d s  %s\n", real, user + kernel, name }' >>"$results/seconds"
    rm "$spent"
    return "$exitCode"
}

build() {
    timed "build of $(basename "$1")" \
        dotnet build "$1" --configuration Release --no-restore --verbosity quiet ${quick[@]+"${quick[@]}"}
}

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
[[ $mode != quick ]] \
    || notRun+=("NOT BUILT AND NOT RUN: $awsSdk, Amazon's own client for .NET. ./test.sh --all builds it where a package source has AWSSDK.Glacier.")

# Prints the test projects that can run, the longest first, so that none runs alone at the end; in front one that needs no programs.
simulation=OrleansUploads.Simulation
findProjects() {
    local name found=
    for name in "$simulation" OrleansUploads.{Silo,EndToEnd,Engine,Cluster,Gateway}.Tests \
        $(grep -l '<IsTestProject>true</IsTestProject>' tests/*/*.csproj | xargs -n 1 basename -s .csproj); do
        cannotRun "$name" || [[ " $found " == *" $name "* ]] || found+=" $name"
    done
    echo "$found"
}

# The quick run builds the projects that it runs, and what they reference.
solution=OrleansUploads.sln
if [[ $mode == quick ]]; then
    solution=$results/quick.slnf
    paths=$(printf '"tests\\\\%s\\\\%s.csproj",' $(findProjects | xargs -n 1 | sed 'p'))
    echo "{ \"solution\": { \"path\": \"$PWD/OrleansUploads.sln\", \"projects\": [${paths%,}] } }" >"$solution"
fi
timed restore dotnet restore OrleansUploads.sln --verbosity quiet
build "$solution"

buildAwsSdk() {
    local restored
    if restored=$(dotnet restore "tests/$awsSdk" --verbosity quiet 2>&1); then
        build "tests/$awsSdk"
    elif grep -qE 'NU110[12]: Unable to find package AWSSDK\.' <<<"$restored"; then
        notRun+=("NOT BUILT AND NOT RUN: $awsSdk, Amazon's own client for .NET. No package source has AWSSDK.Glacier; add one that has it.")
    else
        echo "$restored"
        exit 1
    fi
}
[[ $mode == quick ]] || buildAwsSdk

# Programs that are compiled ahead of time start with less processor time, which pays off where tests start more than a hundred.
publishPrograms() {
    local folder=${ORLEANSUPLOADS_PROGRAMS:-$results/programs}
    if [[ -z ${ORLEANSUPLOADS_PROGRAMS:-} ]] && ! timed "programs compiled ahead of time" \
        tests/publish-programs.sh "$folder" >"$results/publish" 2>&1; then
        echo "The programs could not be compiled ahead of time; tests start them as they are built:"
        grep --max-count=3 error "$results/publish" || tail -n 3 "$results/publish"
        folder=
    fi
    echo "$folder" >"$results/published.new"
    mv "$results/published.new" "$results/published"
}

# Runs a choice of a project's tests. What it prints goes to a file, its results to a report, both with the name of the run.
run() {
    local name=$1 project=$2 exitCode=0
    shift 2
    timed "$name" ${idle[@]+"${idle[@]}"} dotnet "tests/$project/bin/Release/net10.0/$project.dll" -noLogo -noColor -result-xml "$results/$name.xml" \
        ${cases[@]+"${cases[@]}"} ${filter[@]+"${filter[@]}"} "$@" </dev/null >"$results/$name.log" 2>&1 || exitCode=$?
    echo "$exitCode" >"$results/$name.exit"
    # One lane at a time prints.
    { flock 8 && echo && echo "== $name" && cat "$results/$name.log"; } 8>"$results/printing"
}

# Waits until the programs are compiled ahead of time, and has tests start these.
usePrograms() {
    until [[ -e $results/published ]]; do sleep 1; done
    read -r ORLEANSUPLOADS_PROGRAMS <"$results/published"
    export ORLEANSUPLOADS_PROGRAMS
}

# Runs the projects that no other lane has taken yet, one after the other.
runNext() {
    local project
    for project in "${projects[@]}"; do
        mkdir "$results/$project.taken" 2>/dev/null || continue
        [[ $mode != all || $project != @(OrleansUploads.Silo.Tests|OrleansUploads.EndToEnd.Tests) ]] || usePrograms
        choiceOf "$project"
        run "$project" "$project" ${choice[@]+"${choice[@]}"}
        leaveOut "$project"
    done
}

# Runs a function beside what follows, in a process group of its own.
beside() {
    set -m
    "$@" &
    set +m
}

# Names and messages of a run's failed tests: a reader who sees only the end of a long log needs them there.
failures() {
    awk '/ \[FAIL\]$|Cleanup Failure \(|FATAL ERROR/ { shown = 25; print; next } !/^      / { shown = 0 } shown-- > 0' "$results/$1.log"
}

# Adds the results of a run to the totals.
count() {
    local name=$1
    # The totals come from the report alone. A program that died has none, whatever it printed.
    local report="$results/$name.xml" exitCode totals="" total
    exitCode=$(cat "$results/$name.exit")
    [[ ! -s $report ]] || totals=$(grep --only-matching --max-count=1 '<assembly [^>]*>' "$report" || true)
    number() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$totals"; }
    total=$(number total)
    if [[ -z $total ]]; then
        echo "$name: it ended without a report, with exit code $exitCode."
        broken=$((broken + 1))
        return
    elif ((total == 0)) && [[ $mode != chosen && $name != *.Timing ]]; then
        echo "$name: it ran no test."
        broken=$((broken + 1))
        return
    fi

    echo "$name: $(number passed) passed, $(($(number failed) + $(number errors))) failed, $(number skipped) skipped"
    passed=$((passed + $(number passed)))
    failed=$((failed + $(number failed) + $(number errors)))
    failures "$name" >>"$results/failures"
    skipped=$((skipped + $(number skipped)))
    # It says that something is wrong, and the report does not say what.
    if ((exitCode != 0 && total != 0 && $(number failed) + $(number errors) == 0)); then
        echo "$name: it ended with exit code $exitCode."
        broken=$((broken + 1))
    fi
}

# Notes the tests of a project that its filters leave out, a line for each method. Cases of a theory count once.
leaveOut() {
    local project=$1 leftOut=()
    case $mode in
        quick) leftOut=(-trait Run=Campaign -trait Run=Timing) ;;
        all) [[ $slice == all ]] || leftOut=("${filter[@]/#-trait-/-trait}") ;;
    esac
    ((${#leftOut[@]} == 0)) || list "$project" "${leftOut[@]}"
    [[ $project != "$grains" ]] || ((${#onGrains[@]} == 0)) || list "$project" -trait- Run=Campaign -trait- Hosts=Grains
}

# Notes the tests of a project that filters choose.
list() {
    local project=$1
    shift
    dotnet "tests/$project/bin/Release/net10.0/$project.dll" -noLogo -noColor -preEnumerateTheories -list methods "$@" </dev/null \
        | grep '^OrleansUploads\.' >>"$results/$project.leftOut" || true
}

# Every test of a report: its result, its seconds and its name.
testsIn() {
    grep --no-messages --no-filename --only-matching '<test [^>]*>' "$@" \
        | sed -n 's/.* name="\([^"]*\)" result="\([^"]*\)" time="\([^"]*\)".*/\2 \3 \1/p' \
        | sed -e 's/&quot;/"/g' -e 's/&lt;/</g' -e 's/&gt;/>/g' -e "s/&apos;/'/g" -e 's/&amp;/\&/g'
}

# Prints the skipped tests that tests/expected-skips.txt does not name.
unexpectedSkips() {
    local name pattern reason isExpected
    testsIn "$results"/*.xml | sed -n 's/^Skip [^ ]* //p' | while read -r name; do
        isExpected=false
        while IFS=$'\t' read -r pattern reason; do
            # The pattern may have asterisks.
            [[ -z $reason || $name != $pattern ]] || { isExpected=true && break; }
        done < <(grep --invert-match '^#' tests/expected-skips.txt)
        $isExpected || echo "$name"
    done
}

# Of all tests, those on Azure Storage.
tellAzure() {
    local tests
    tests=$(testsIn "$results"/*.xml | grep --regexp '^[^ ]* [^ ]* OrleansUploads\.[^(]*Azur' --regexp Azurite || true)
    number() { grep --count "^$1 " <<<"$tests" || true; }
    echo "On Azure Storage: $(number Pass) passed, $(number Fail) failed, $(number Skip) skipped"
}

read -ra projects <<<"$(findProjects)"

# What measures seconds runs alone at the end. What the quick run plays of a campaign, --all plays as a part of it.
notNow=()
[[ $mode != all ]] || notNow=(-trait- Run=Timing -trait- Run=Quick)

# Of the gateway's tests over grains, each run plays those whose result can differ there. The others have a slice.
grains=OrleansUploads.Cluster.Gateway.Tests onGrains=()
[[ $mode == chosen || $slice == 0 || $slice == all ]] || onGrains=(-trait Hosts=Grains)

# What a project plays besides the filters of all projects.
choiceOf() {
    choice=(${notNow[@]+"${notNow[@]}"})
    [[ $1 != "$simulation" ]] || choice+=(${noSeeds[@]+"${noSeeds[@]}"})
    [[ $1 != "$grains" ]] || choice+=(${onGrains[@]+"${onGrains[@]}"})
}

# The seeds of the simulation wait for nothing and measure nothing. They use the processor time that the other projects leave.
onlySeeds=() noSeeds=()
if [[ $mode == all ]]; then
    for class in PlantedBug Seed; do
        onlySeeds+=(-class "*.${class}Tests")
        noSeeds+=(-class- "*.${class}Tests")
    done
    idle=(nice -n 19)
    ! chrt --idle 0 true 2>/dev/null || idle=(chrt --idle 0)
    beside run "$simulation.Seeds" "$simulation" "${onlySeeds[@]}" -trait- Run=Quick
    idle=()
    echo "The commit's slice of the campaigns that rotate is $slice; its seeds are drawn from ${ORLEANSUPLOADS_SEED_FROM:-nothing}."
    beside eval 'publishPrograms; runNext'
fi

# Tests that wait for servers leave processor time. Those of --all measure times, too, so fewer run at once.
if [[ $mode == quick ]]; then
    beside runNext
    beside runNext
fi
echo "Running ${#projects[@]} test projects"
runNext
wait
for name in "${projects[@]}" ${onlySeeds[@]+"$simulation.Seeds"}; do
    count "$name"
done

# What measures seconds, on a machine that does nothing else.
if [[ $mode == all ]]; then
    usePrograms
    for project in "${projects[@]}"; do
        grep --quiet --recursive --include='*.cs' 'TestRun\.Timing\|"Run", "Timing"' "tests/$project" || continue
        echo "Running $project, what measures seconds"
        run "$project.Timing" "$project" -trait Run=Timing
        count "$project.Timing"
    done
fi

# Left-out tests are skipped tests.
for project in "${projects[@]}"; do
    cat "$results/$project.leftOut" 2>/dev/null || true
done >"$results/leftOut"
leftOut=$(wc -l <"$results/leftOut")
skipped=$((skipped + leftOut))
if ((leftOut > 0)); then
    echo
    if [[ $mode == quick ]]; then
        echo "Left out; ./test.sh --all runs them:"
    else
        echo "Left out; they are in other slices than $slice:"
    fi
    cat "$results/leftOut"
fi

echo
echo "Where the time went: seconds, seconds of processors, and what for. A server that outlives its tests' process is not counted."
sort --numeric-sort --reverse "$results/seconds"
echo
echo "The slowest tests, in seconds:"
testsIn "$results"/*.xml | sort --key=2 --numeric-sort --reverse \
    | awk 'NR <= 20 { seconds = $2; sub(/^[^ ]+ [^ ]+ /, ""); printf "%8.1f  %s\n", seconds, $0 }'
echo
if [[ -s $results/failures ]]; then
    echo "Failed tests, again:"
    cat "$results/failures"
    echo
fi
if [[ -n ${ORLEANSUPLOADS_REQUIRE_CLIENTS:-} ]] && unexpected=$(unexpectedSkips) && [[ -n $unexpected ]]; then
    echo "Skipped, but not expected; tests/expected-skips.txt has those that may be:"
    echo "$unexpected"
    failed=$((failed + $(wc -l <<<"$unexpected")))
fi
for line in ${notRun[@]+"${notRun[@]}"}; do
    echo "$line"
    skipped=$((skipped + 1))
done
! $all || tellAzure
((broken == 0)) || echo "$broken runs did not end as they should; see above."
echo "$passed passed, $((failed + broken)) failed, $skipped skipped"
((passed > 0 && failed == 0 && broken == 0))
