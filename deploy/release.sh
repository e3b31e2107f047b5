#!/usr/bin/env bash
# Builds what people download: for each system the server with its command line and the silo, each as an archive that needs no .NET
# runtime; the .NET tool and the packages; a bill of materials for both programs; and the checksums of all files. Needs the .NET SDK.
# Takes about eight minutes on two processors. The names, owners and times in an archive depend on the commit alone.
# Usage: deploy/release.sh [FOLDER [RUNTIME…]]
#   FOLDER   where the files go; artifacts/release by default. It must be empty or new
#   RUNTIME  the systems: linux-x64 or linux-arm64; both by default
set -euo pipefail

fail() {
    echo "release.sh: $1" >&2
    exit 2
}

case ${1:-} in
    -h | --help)
        sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"
        exit 0
        ;;
    -*) fail "'$1' is not an option. The first word is the folder: see deploy/release.sh --help." ;;
esac
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:-$repository/artifacts/release}
(($# == 0)) || shift
(($# > 0)) || set -- linux-x64 linux-arm64
for runtime in "$@"; do
    case $runtime in
        linux-x64 | linux-arm64) ;;
        *) fail "'$runtime' is not a system of a release. Use linux-x64 or linux-arm64." ;;
    esac
done
[[ ! -e $folder || -z $(ls -A "$folder") ]] || fail "'$folder' has files. Name an empty folder."
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
cd "$repository"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$(dotnet msbuild src/OrleansUploads.Cli -getProperty:Version -nologo)
# Outside of a checkout the archives have the time of the build.
committed=$(git log -1 --format=%ct 2>/dev/null || date +%s)

# Packs a folder of the work folder into the archive of the same name.
pack() {
    local name=$1
    cp LICENSE CHANGELOG.md "$work/$name"
    tar --create --directory "$work" --sort=name --owner=0 --group=0 --numeric-owner --mode=go-w --mtime="@$committed" "$name" \
        | gzip --no-name >"$folder/$name.tar.gz"
    rm -r "${work:?}/$name"
}

echo "Packing the tool and the packages."
for project in $(grep --files-with-matches '<IsPackable>true</IsPackable>' src/*/*.csproj); do
    dotnet pack "$project" --configuration Release --output "$folder" --verbosity quiet --nologo -p:RunAnalyzers=false </dev/null
done

# The program that was packed runs on this machine, also for a release for another system.
dotnet src/OrleansUploads.Cli/bin/Release/net10.0/orleans-uploads.dll man >"$work/orleans-uploads.1"

for runtime in "$@"; do
    name=orleans-uploads-$version-$runtime
    deploy/publish.sh "$work/$name" "$runtime"
    cp deploy/systemd/orleans-uploads.service deploy/systemd/orleans-uploads-backup.* "$work/orleans-uploads.1" "$work/$name"
    pack "$name"

    name=orleans-uploads-silo-$version-$runtime
    echo "Publishing the silo for $runtime."
    dotnet publish src/OrleansUploads.Silo --configuration Release --runtime "$runtime" --self-contained --output "$work/$name" \
        --verbosity quiet --nologo -p:PublishReadyToRun=true -p:SatelliteResourceLanguages=en -p:DebugType=none \
        -p:GenerateDocumentationFile=false -p:PublishDocumentationFiles=false -p:RunAnalyzers=false </dev/null
    cp deploy/systemd/orleans-uploads-silo@.service deploy/systemd/orleans-uploads-check.* "$work/$name"
    pack "$name"
done

echo "Writing the bills of materials."
dotnet tool restore >/dev/null
for program in Cli:orleans-uploads Silo:orleans-uploads-silo; do
    dotnet tool run dotnet-CycloneDX "src/OrleansUploads.${program%%:*}/OrleansUploads.${program%%:*}.csproj" \
        --output "$folder" --filename "${program#*:}-$version.cdx.json" --output-format Json --no-serial-number \
        --set-name "${program#*:}" --set-version "$version" >"$work/bom" || { cat "$work/bom" >&2 && exit 1; }
done

(cd "$folder" && sha256sum -- * >"$work/SHA256SUMS" && mv "$work/SHA256SUMS" .)
echo "The release is in $folder:"
ls "$folder"
