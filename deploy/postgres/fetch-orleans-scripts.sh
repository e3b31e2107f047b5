#!/bin/sh
# Fetches Orleans' own PostgreSQL scripts, of the version that the silos are built with, into a folder, named in the order in
# which they have to be run: ./fetch-orleans-scripts.sh FOLDER
# If ORLEANSUPLOADS_ORLEANS_SQL names a folder with these scripts, they are copied from there.
set -eu

version=10.4.2
source="https://raw.githubusercontent.com/dotnet/orleans/v$version/src/AdoNet"

mkdir -p "$1"
target=$1
fetch() {
    if [ -n "${ORLEANSUPLOADS_ORLEANS_SQL:-}" ]; then
        script=$(find "$ORLEANSUPLOADS_ORLEANS_SQL" -name "*${1##*/}" | head -n 1)
        [ -n "$script" ] || { echo "$ORLEANSUPLOADS_ORLEANS_SQL has no ${1##*/}." >&2; exit 1; }
        cp "$script" "$target/$2"
    else
        wget -q -O "$target/$2" "$source/$1" || { rm -f "$target/$2"; echo "Cannot fetch $source/$1" >&2; exit 1; }
    fi
}
fetch Shared/PostgreSQL-Main.sql 1-PostgreSQL-Main.sql
fetch Orleans.Clustering.AdoNet/PostgreSQL-Clustering.sql 2-PostgreSQL-Clustering.sql
fetch Orleans.Persistence.AdoNet/PostgreSQL-Persistence.sql 3-PostgreSQL-Persistence.sql
fetch Orleans.Reminders.AdoNet/PostgreSQL-Reminders.sql 4-PostgreSQL-Reminders.sql
