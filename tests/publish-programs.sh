#!/usr/bin/env bash
# Publishes the programs that tests start as processes, compiled ahead of time, so that a start costs less processor time.
# Tests use them if ORLEANSUPLOADS_PROGRAMS names the folder, and otherwise start the programs as they were built.
# Usage: tests/publish-programs.sh FOLDER [PROJECT…]
#   PROJECT  Cli or Silo; both by default
set -euo pipefail
(($# > 0)) || { echo "publish-programs.sh: name a folder." >&2; exit 2; }
folder=$1
shift
(($# > 0)) || set -- Cli Silo
src=$(cd "$(dirname "${BASH_SOURCE[0]}")/../src" && pwd)

for project in "$@"; do
    dotnet publish "$src/OrleansUploads.$project" --configuration Release --output "$folder/$project" --verbosity quiet --nologo \
        -p:CompiledAheadOfTime=true </dev/null
done

# Some tests start a program as another user.
chmod -R a+rX "$folder"
