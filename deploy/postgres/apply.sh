#!/bin/sh
# Puts into the database what silos need, unless it is there: ./apply.sh FOLDER, with the scripts in FOLDER, and libpq's own
# variables (PGHOST, PGUSER, PGPASSWORD or PGPASSFILE, PGDATABASE) saying where; PGPASSWORD_FILE may name a file with the password.
# Each run is one transaction.
set -eu

if [ -n "${PGPASSWORD_FILE:-}" ]; then
    PGPASSWORD=$(cat "$PGPASSWORD_FILE")
    export PGPASSWORD
fi

there=$(psql --no-psqlrc --tuples-only --no-align --command "SELECT to_regclass('orleansquery') IS NOT NULL")
if [ "$there" = f ]; then
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --single-transaction \
        --file "$1/1-PostgreSQL-Main.sql" \
        --file "$1/2-PostgreSQL-Clustering.sql" \
        --file "$1/3-PostgreSQL-Persistence.sql" \
        --file "$1/4-PostgreSQL-Reminders.sql" \
        --file "$1/5-first-write-fence.sql"
else
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --single-transaction --file "$1/5-first-write-fence.sql"
fi
