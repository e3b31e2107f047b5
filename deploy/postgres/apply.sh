#!/bin/sh
# Creates what silos need in a database, or brings it up to date: ./apply.sh
# libpq's variables (PGHOST, PGUSER, PGPASSWORD or PGPASSFILE, PGDATABASE) select the database; PGPASSWORD_FILE may name a file with the
# password. One transaction.
set -eu

if [ -n "${PGPASSWORD_FILE:-}" ]; then
    PGPASSWORD=$(cat "$PGPASSWORD_FILE")
    export PGPASSWORD
fi

# Otherwise PostgreSQL prints a notice for everything that exists.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --single-transaction --command "SET client_min_messages = warning" \
    --file "$(dirname "$0")/schema.sql"
