#!/bin/sh
# Creates what silos need in a database, or brings it up to date: ./apply.sh
# libpq's variables (PGHOST, PGUSER, PGPASSWORD or PGPASSFILE, PGDATABASE) select the database; PGPASSWORD_FILE may name a file with the
# password. One transaction.
set -eu

if [ -n "${PGPASSWORD_FILE:-}" ]; then
    PGPASSWORD=$(cat "$PGPASSWORD_FILE")
    export PGPASSWORD
fi

# Otherwise PostgreSQL prints a notice for everything that exists. A change that waits for a lock keeps all silos waiting, so it gives up
# soon, and can be run again.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --single-transaction \
    --command "SET client_min_messages = warning; SET lock_timeout = '5s'" \
    --file "$(dirname "$0")/schema.sql"
