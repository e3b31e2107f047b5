#!/usr/bin/env bash
# Publishes the program as one file that needs no .NET runtime, with SQLite's library next to it. It starts three times as fast as the
# output of "dotnet publish", because it is compiled ahead of time. Needs the .NET SDK, and takes about a minute. If the package
# feed lacks the runtime, the program is a folder that needs .NET.
# Usage: deploy/publish.sh [FOLDER [RUNTIME]]
#   FOLDER   where the program goes; artifacts/publish by default
#   RUNTIME  the system that it is for: linux-x64, linux-arm64, linux-musl-x64, osx-x64, osx-arm64, win-x64 or win-arm64; this one by default
set -euo pipefail

fail() {
    echo "publish.sh: $1" >&2
    exit 2
}

case ${1:-} in
    -h | --help)
        sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"
        exit 0
        ;;
    -*) fail "'$1' is not an option. The first word is the folder: see deploy/publish.sh --help." ;;
esac
[[ $# -le 2 ]] || fail "there are $# words, but at most two are used. See deploy/publish.sh --help."

# The systems for which there are a runtime of .NET and SQLite's library.
case ${2:-} in
    '' | linux-x64 | linux-arm64 | linux-musl-x64 | osx-x64 | osx-arm64 | win-x64 | win-arm64) ;;
    *) fail "'$2' is not a runtime that this works for. Use linux-x64, linux-arm64, linux-musl-x64, osx-x64, osx-arm64, win-x64 or win-arm64." ;;
esac

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:-$repository/artifacts/publish}
runtime=(--use-current-runtime)
[[ -z ${2:-} ]] || runtime=(--runtime "$2")
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# The lines of the build that show how far it is. They are matched by their words, so the build must speak English.
export DOTNET_CLI_UI_LANGUAGE=en
show_steps() {
    while IFS= read -r line; do
        case $line in
            *'Determining projects to restore'*) echo '  fetching packages' ;;
            *' -> '*/orleans-uploads.dll) echo '  compiled OrleansUploads.Cli'$'\n''  finishing the program (the longest step)' ;;
            *' -> '*.dll) line=${line%% -> *} && echo "  compiled ${line##* }" ;;
        esac
    done
}

publish() {
    dotnet publish "$repository/src/OrleansUploads.Cli" --configuration Release --output "$folder" --verbosity minimal --nologo -tl:off \
        -p:SatelliteResourceLanguages=en -p:DebugType=none -p:GenerateDocumentationFile=false -p:PublishDocumentationFiles=false \
        -p:RunAnalyzers=false "$@" < /dev/null | tee "$log" | show_steps
}

echo "Publishing the program to $folder. This takes about a minute, longer on a busy machine."
# SQLite's library is a separate file: a library inside of the program would have to be unpacked into the home folder at the first start,
# and a service or container may have none.
# The libraries of .NET are compiled already. A composite image would compile them again, which takes minutes and starts no faster.
if ! publish "${runtime[@]}" --self-contained -p:PublishSingleFile=true -p:PublishReadyToRun=true -p:PublishReadyToRunComposite=false; then
    if [[ -n ${2:-} ]] || ! grep -q 'error NU110' "$log"; then
        grep -E ': (error|warning) |^MSBUILD : ' "$log" >&2 || cat "$log" >&2
        exit 1
    fi

    echo "The package feed lacks the runtime, so the program will need .NET on this machine, and it will start slower."
    publish
fi
program=orleans-uploads
[[ ${2:-} != win-* ]] || program+=.exe
echo "The program is $folder/$program."
