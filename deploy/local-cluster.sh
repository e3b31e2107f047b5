#!/bin/sh
# Runs a cluster on this machine: a database and silos, all on the loopback address. The database is PostgreSQL, or with --azure
# Azurite, which imitates Azure Storage: deploy/local-cluster.sh --azure start. A cluster keeps its kind of database until it is removed.
#
#   deploy/local-cluster.sh start [SILOS]   starts what is not running (3 silos unless you say otherwise)
#   deploy/local-cluster.sh status          lists the processes; fails unless all of them are ready
#   deploy/local-cluster.sh demo [SIZE]     runs the demo over three silos; one is killed and one is added on the way
#   deploy/local-cluster.sh kill SILO       kills one silo, by its number, with SIGKILL
#   deploy/local-cluster.sh bench           compares the rates of three silos with those of one process
#   deploy/local-cluster.sh soak [MINUTES]  disturbs a cluster of its own under load, for an hour unless you say otherwise
#   deploy/local-cluster.sh faults [MINUTES]  kills, pauses, stops and cuts off silos of a cluster of its own under clients that do not
#                                           retry, for ten minutes unless you say otherwise; fails if a request fails without a fault
#   deploy/local-cluster.sh stop            stops everything and keeps the data
#   deploy/local-cluster.sh remove          stops everything and deletes the data
#
# Needs curl, a build of the silo, and PostgreSQL's programs (Debian: the package postgresql) or Azurite:
#   dotnet build src/OrleansUploads.Silo -c Release
#   npm ci --prefix deploy/azurite
# The demo also needs: dotnet build src/OrleansUploads.Cli -c Release
# The benchmark needs: dotnet build tests/OrleansUploads.Benchmarks -c Release
# The soak and the faults need: dotnet build tests/OrleansUploads.Silo.Tests -c Release
#                      They cut the network only as root with iptables. The soak sets wrong clocks only with a C compiler.
#
# Variables, all optional:
#   LOCAL_CLUSTER_FOLDER         data, logs and process IDs (default: /tmp/orleans-uploads-cluster)
#   LOCAL_CLUSTER_PORT           the first of 400 ports (default: 9400). Silo N serves the vault API at this port plus N
#   LOCAL_CLUSTER_SILO           the silo's program (default: the Release build in src/OrleansUploads.Silo)
#   LOCAL_CLUSTER_CLI            the program that runs the demo (default: the Release build in src/OrleansUploads.Cli)
#   LOCAL_CLUSTER_PREVIOUS_SILO  another build of the silo; the soak updates from one to the other and back
set -eu

here=$(cd "$(dirname "$0")" && pwd)
folder=${LOCAL_CLUSTER_FOLDER:-/tmp/orleans-uploads-cluster}
port=${LOCAL_CLUSTER_PORT:-9400}
silo=${LOCAL_CLUSTER_SILO:-$here/../src/OrleansUploads.Silo/bin/Release/net10.0/orleans-uploads-silo.dll}
cli=${LOCAL_CLUSTER_CLI:-$here/../src/OrleansUploads.Cli/bin/Release/net10.0/orleans-uploads.dll}
database_port=$((port + 300))

fail() {
    echo "local-cluster.sh: $1" >&2
    exit 1
}

# The kind of database: that of the folder, or what the command line says.
choose_database() {
    database=$(cat "$folder/database" 2> /dev/null || echo "${1:-postgres}")
    [ "${1:-$database}" = "$database" ] || fail "$folder contains a cluster on $database. Remove it first: deploy/local-cluster.sh remove"
}

# Runs a program of PostgreSQL. It refuses to run as root, so root uses the user that the package creates.
postgres() {
    program=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)/$1
    [ -x "$program" ] || fail "there is no PostgreSQL in /usr/lib/postgresql. Install it (Debian: apt-get install postgresql)."
    shift
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=postgres --regid=postgres --clear-groups "$program" "$@"
    else
        "$program" "$@"
    fi
}

# Runs a statement as the superuser.
query() {
    psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 \
        --host 127.0.0.1 --port "$database_port" --username postgres --dbname "$1" --command "$2"
}

# Whether the process of a silo, or of another program, runs. A process ID may have been given to another program since.
# By the program's name, not its path: "stop" must also find silos that "start" took from another folder.
is_running() {
    [ -f "$1" ] && tr '\0' ' ' 2>/dev/null < "/proc/$(cat "$1")/cmdline" | grep --quiet --fixed-strings "${2:-orleans-uploads-silo}"
}

is_database_running() {
    case $database in
        postgres) postgres pg_ctl status -D "$folder/postgres" > /dev/null 2>&1 ;;
        azure) is_running "$folder/azurite.pid" azurite-table ;;
    esac
}

# Azurite's account and key are the same everywhere and printed in its documentation.
connection_string() {
    case $database in
        postgres) echo "Host=127.0.0.1;Port=$database_port;Username=uploads;Database=uploads" ;;
        azure)
            echo "$(sed 's/TableEndpoint=.*//' "$here/azurite-connection-string")TableEndpoint=http://127.0.0.1:$database_port/devstoreaccount1"
            ;;
    esac
}

start_database() {
    echo "$database" > "$folder/database"
    "start_$database"
}

start_azure() {
    ! is_database_running || return 0
    azurite=$(PATH=$here/azurite/node_modules/.bin:$PATH command -v azurite-table) \
        || fail "there is no Azurite. Install it: npm ci --prefix deploy/azurite"
    mkdir -p "$folder/azurite"
    setsid nohup "$azurite" --tableHost 127.0.0.1 --tablePort "$database_port" --location "$folder/azurite" --skipApiVersionCheck --silent \
        > "$folder/azurite.log" 2>&1 < /dev/null &
    echo $! > "$folder/azurite.pid"
    tries=0
    until curl --silent --output /dev/null "http://127.0.0.1:$database_port"; do
        tries=$((tries + 1))
        [ $tries -lt 120 ] || fail "Azurite does not answer after a minute. See $folder/azurite.log."
        sleep 0.5
    done
}

start_postgres() {
    if ! [ -f "$folder/postgres/PG_VERSION" ]; then
        mkdir -p "$folder/postgres"
        [ "$(id -u)" != 0 ] || chown postgres "$folder/postgres"
        postgres initdb -D "$folder/postgres" -U postgres --auth=trust -E UTF8 --locale=C > "$folder/initdb.log"
    fi

    if ! postgres pg_ctl status -D "$folder/postgres" > /dev/null 2>&1; then
        postgres pg_ctl start --wait -D "$folder/postgres" -l "$folder/postgres/server.log" \
            -o "-p $database_port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300" > /dev/null
    fi

    if [ -z "$(query postgres "SELECT 1 FROM pg_database WHERE datname = 'uploads'")" ]; then
        query postgres "CREATE ROLE uploads LOGIN"
        query postgres "CREATE DATABASE uploads OWNER uploads"
    fi

    PGHOST=127.0.0.1 PGPORT=$database_port PGUSER=uploads PGDATABASE=uploads \
        "$here/postgres/apply.sh"
}

# Key pair of the cluster, created once.
read_keys() {
    if ! [ -f "$folder/keys" ]; then
        umask 077
        {
            echo "AWS_ACCESS_KEY_ID=AKIA$(od -An -N16 -tu1 /dev/urandom | tr -d ' \n' | tr 0-9 A-J | cut -c1-16)"
            echo "AWS_SECRET_ACCESS_KEY=$(od -An -N20 -tx1 /dev/urandom | tr -d ' \n')"
        } > "$folder/keys"
    fi

    . "$folder/keys"
}

start_silo() {
    ! is_running "$folder/silo-$1.pid" || return 0
    # The silos share the processor, so an idle thread sleeps at once and does not look for work first.
    DOTNET_ThreadPool_UnfairSemaphoreSpinLimit=0 \
    OrleansUploads__Clustering="$database" \
    OrleansUploads__ConnectionString="$(connection_string)$([ "$database" != postgres ] || echo ";Maximum Pool Size=40")" \
    OrleansUploads__PartsFolder="$folder/parts" \
    OrleansUploads__AdvertisedAddress=127.0.0.1 \
    OrleansUploads__Listen="127.0.0.1:$((port + $1))" \
    OrleansUploads__SiloPort=$((port + 100 + $1)) \
    OrleansUploads__ClientPort=$((port + 200 + $1)) \
    OrleansUploads__AccessKeyId="$AWS_ACCESS_KEY_ID" \
    OrleansUploads__SecretAccessKey="$AWS_SECRET_ACCESS_KEY" \
        setsid nohup dotnet "$silo" >> "$folder/silo-$1.log" 2>&1 < /dev/null &
    echo $! > "$folder/silo-$1.pid"
}

is_ready() {
    curl --silent --fail --max-time 5 --output /dev/null "http://127.0.0.1:$((port + $1))/healthz"
}

wait_until_ready() {
    tries=0
    until is_ready "$1"; do
        # A process that was started just now may still have the name of this script.
        kill -0 "$(cat "$folder/silo-$1.pid")" 2> /dev/null || fail "silo $1 has ended: $(tail -n 1 "$folder/silo-$1.log")"
        tries=$((tries + 1))
        [ $tries -lt 120 ] || fail "silo $1 is not ready after a minute. See $folder/silo-$1.log."
        sleep 0.5
    done
}

# The numbers of all silos that were ever started here.
numbers() {
    for pid_file in "$folder"/silo-*.pid; do
        [ -f "$pid_file" ] || continue
        number=${pid_file##*/silo-}
        echo "${number%.pid}"
    done | sort -n
}

start() {
    [ -f "$silo" ] || fail "$silo does not exist. Build it: dotnet build src/OrleansUploads.Silo -c Release"
    mkdir -p "$folder/parts"
    chmod 711 "$folder"
    start_database
    read_keys
    for number in $(seq 1 "$1"); do start_silo "$number"; done
    for number in $(seq 1 "$1"); do wait_until_ready "$number"; done
    status
    [ "$database" != postgres ] || echo "export ORLEANS_POSTGRES='$(connection_string)'"
    echo "export AWS_ACCESS_KEY_ID=$AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY=$AWS_SECRET_ACCESS_KEY AWS_DEFAULT_REGION=us-east-1"
}

status() {
    all_ready=0
    for number in $(numbers); do
        if ! is_running "$folder/silo-$number.pid"; then
            state="not running"
            all_ready=1
        elif is_ready "$number"; then
            state=ready
        else
            state="not ready"
            all_ready=1
        fi

        echo "silo $number  http://127.0.0.1:$((port + number))  $state"
    done

    name=PostgreSQL
    [ "$database" = postgres ] || name=Azurite
    if is_database_running; then
        echo "$name  127.0.0.1:$database_port  running"
    else
        echo "$name  127.0.0.1:$database_port  not running"
        all_ready=1
    fi

    return $all_ready
}

kill_silo() {
    pid_file=$folder/silo-$1.pid
    is_running "$pid_file" || fail "there is no running silo '$1'. The numbers: $(numbers | tr '\n' ' ')"
    kill -KILL "$(cat "$pid_file")"
    while is_running "$pid_file"; do sleep 0.1; done
}

demo() {
    [ -f "$cli" ] || fail "$cli does not exist. Build it: dotnet build src/OrleansUploads.Cli -c Release"
    start 3
    export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
    export LOCAL_CLUSTER_SCRIPT="$here/local-cluster.sh"
    dotnet "$cli" demo --size "$1" --crash '"$LOCAL_CLUSTER_SCRIPT" crash "$1"' \
        --endpoint "http://127.0.0.1:$((port + 1))" --endpoint "http://127.0.0.1:$((port + 2))" \
        --endpoint "http://127.0.0.1:$((port + 3))" --endpoint "http://127.0.0.1:$((port + 4))"
    status
}

# What the demo does to the cluster: halfway, one silo is killed and another one is added; later, two are killed and all come back.
crash() {
    read_keys
    case "$1" in
        1)
            kill_silo 2
            start_silo 4
            wait_until_ready 4
            ;;
        2)
            kill_silo 1
            kill_silo 4
            for number in 1 2 4; do start_silo "$number"; done
            for number in 1 2 4; do wait_until_ready "$number"; done
            ;;
    esac
}

bench() {
    benchmarks=$here/../tests/OrleansUploads.Benchmarks/bin/Release/net10.0/OrleansUploads.Benchmarks.dll
    [ -f "$benchmarks" ] || fail "$benchmarks does not exist. Build it: dotnet build tests/OrleansUploads.Benchmarks -c Release"
    start 3
    export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
    dotnet "$benchmarks" cluster --endpoint "http://127.0.0.1:$((port + 1))" \
        --endpoint "http://127.0.0.1:$((port + 2))" --endpoint "http://127.0.0.1:$((port + 3))"
}

# Runs a class of tests, in a network namespace of its own if that is possible, because it changes the firewall.
run_tests() {
    tests=$here/../tests/OrleansUploads.Silo.Tests/bin/Release/net10.0/OrleansUploads.Silo.Tests.dll
    [ -f "$tests" ] || fail "$tests does not exist. Build it: dotnet build tests/OrleansUploads.Silo.Tests -c Release"
    set -- dotnet "$tests" -class "*.$1" -noLogo
    export ORLEANSUPLOADS_CLUSTER_DATABASE="$database"
    if [ "$(id -u)" = 0 ] && command -v iptables > /dev/null && unshare --net true 2> /dev/null; then
        export ORLEANSUPLOADS_SOAK_NETWORK=own
        exec unshare --net sh -c 'ip link set lo up && exec "$@"' sh "$@"
    fi

    exec "$@"
}

soak() {
    export ORLEANSUPLOADS_SOAK_MINUTES="$1"
    [ -z "${LOCAL_CLUSTER_PREVIOUS_SILO:-}" ] || export ORLEANSUPLOADS_SOAK_PREVIOUS_SILO="$LOCAL_CLUSTER_PREVIOUS_SILO"
    run_tests SoakTests
}

faults() {
    export ORLEANSUPLOADS_FAULT_MINUTES="$1"
    run_tests FaultTests
}

stop() {
    for number in $(numbers); do
        ! is_running "$folder/silo-$number.pid" || kill -TERM "$(cat "$folder/silo-$number.pid")"
    done

    for number in $(numbers); do
        while is_running "$folder/silo-$number.pid"; do sleep 0.1; done
        rm -f "$folder/silo-$number.pid"
    done

    "stop_$database"
}

stop_postgres() {
    postgres pg_ctl stop --mode=fast --wait -D "$folder/postgres" > /dev/null 2>&1 || true
}

# Azurite stores what it has in memory when it is asked to stop.
stop_azure() {
    ! is_database_running || kill -TERM "$(cat "$folder/azurite.pid")"
    while is_database_running; do sleep 0.1; done
    rm -f "$folder/azurite.pid"
}

if [ "${1:-}" = --azure ]; then
    shift
    choose_database azure
else
    choose_database
fi

case "${1:-}" in
    start) start "${2:-3}" ;;
    status) status ;;
    kill) kill_silo "${2:-}" ;;
    demo) demo "${2:-256MiB}" ;;
    crash) crash "${2:-}" ;;
    bench) bench ;;
    soak) soak "${2:-60}" ;;
    faults) faults "${2:-10}" ;;
    stop) stop ;;
    remove)
        [ -d "$folder/parts" ] || fail "$folder does not contain a local cluster."
        stop
        rm -rf "$folder"
        ;;
    *) fail "usage: local-cluster.sh [--azure] start [SILOS] | status | demo [SIZE] | kill SILO | bench | soak [MINUTES] | faults [MINUTES] | stop | remove" ;;
esac
