#!/usr/bin/env bash
# Publishes the program as a single file that needs no .NET runtime. It starts three times as fast as the output of "dotnet publish",
# because it is compiled ahead of time. Needs the .NET SDK. If the package feed lacks the runtime, the program is a folder that needs .NET.
# Usage: deploy/publish.sh [FOLDER [RUNTIME]]
#   FOLDER   where the program goes; artifacts/publish by default
#   RUNTIME  the system that it is for, such as linux-x64, linux-arm64 or osx-arm64; this one by default
set -euo pipefail

case ${1:-} in
    -h | --help)
        sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"
        exit 0
        ;;
esac

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:-$repository/artifacts/publish}
runtime=(--use-current-runtime)
[[ -z ${2:-} ]] || runtime=(--runtime "$2")

# The file unpacks SQLite's native library to ~/.net, or to DOTNET_BUNDLE_EXTRACT_BASE_DIR, when it first starts.
common=(--configuration Release --output "$folder" --verbosity quiet --nologo -p:SatelliteResourceLanguages=en -p:DebugType=none
    -p:GenerateDocumentationFile=false -p:PublishDocumentationFiles=false -p:RunAnalyzers=false)
echo "Publishing the program takes one to three minutes."
if ! errors=$(dotnet publish "$repository/src/OrleansUploads.Cli" "${common[@]}" "${runtime[@]}" --self-contained \
    -p:PublishSingleFile=true -p:PublishReadyToRun=true -p:IncludeNativeLibrariesForSelfExtract=true); then
    if [[ -n ${2:-} ]] || ! grep -q 'error NU110' <<< "$errors"; then
        echo "$errors" >&2
        exit 1
    fi

    echo "The package feed lacks the runtime, so the program will need .NET on this machine, and it will start slower."
    dotnet publish "$repository/src/OrleansUploads.Cli" "${common[@]}"
fi
echo "The program is $folder/orleans-uploads."
