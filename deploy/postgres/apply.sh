#!/bin/sh
# Creates the tables and functions that silos need, unless they exist: ./apply.sh FOLDER
# FOLDER contains Orleans' scripts as fetch-orleans-scripts.sh names them. libpq's variables (PGHOST, PGUSER, PGPASSWORD or
# PGPASSFILE, PGDATABASE) select the database; PGPASSWORD_FILE may name a file with the password. Each run is one transaction.
set -eu

if [ -n "${PGPASSWORD_FILE:-}" ]; then
    PGPASSWORD=$(cat "$PGPASSWORD_FILE")
    export PGPASSWORD
fi

# The image has the project's own script in FOLDER; a checkout has it beside this script.
fence=$1/5-first-write-fence.sql
[ -f "$fence" ] || fence=$(dirname "$0")/first-write-fence.sql

# Otherwise PostgreSQL prints forty notices about Orleans' scripts, which mean nothing.
quiet="SET client_min_messages = warning"

there=$(psql --no-psqlrc --tuples-only --no-align --command "SELECT to_regclass('orleansquery') IS NOT NULL")
if [ "$there" = f ]; then
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --single-transaction --command "$quiet" \
        --file "$1/1-PostgreSQL-Main.sql" \
        --file "$1/2-PostgreSQL-Clustering.sql" \
        --file "$1/3-PostgreSQL-Persistence.sql" \
        --file "$1/4-PostgreSQL-Reminders.sql" \
        --file "$fence"
else
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --single-transaction --command "$quiet" --file "$fence"
fi
