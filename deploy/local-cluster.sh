#!/bin/sh
# Runs a cluster on this machine: silos, a database for the decisions and a place for the bytes, all on the loopback address.
#
#   deploy/local-cluster.sh [--azure] [--parts PLACE] COMMAND
#
# The database is PostgreSQL, or with --azure the tables of Azurite, which imitates Azure Storage. The bytes are in:
#   --parts folder      a folder that the silos share; this is the default
#   --parts s3          a bucket of an S3 store: "orleans-uploads serve", with a folder of its own
#   --parts blobs       a container of Azurite's blobs
#   --parts s3://BUCKET/PREFIX or az://CONTAINER/PREFIX
#                       a store that you have, with an empty prefix. OrleansUploads__PartsEndpoint and OrleansUploads__PartsRegion say where
#                       it is. The SDKs find the credentials as in the shell that starts the cluster for the first time.
# A cluster keeps both until it is removed, so later commands need no options.
#
#   deploy/local-cluster.sh start [SILOS]   starts what is not running (3 silos unless you say otherwise)
#   deploy/local-cluster.sh status          lists the processes; fails unless all of them are ready
#   deploy/local-cluster.sh demo [SIZE]     runs the demo over three silos; one is killed and one is added on the way
#   deploy/local-cluster.sh kill SILO       kills one silo, by its number, with SIGKILL
#   deploy/local-cluster.sh stop            stops everything and keeps the data
#   deploy/local-cluster.sh remove          stops everything and deletes what "start" created; nothing in a store that you have
#
# Needs curl, a build of the silo, and PostgreSQL's programs (Debian: the package postgresql) or Azurite:
#   dotnet build src/OrleansUploads.Silo -c Release
#   npm ci --prefix deploy/azurite
# The demo and --parts s3 also need: dotnet build src/OrleansUploads.Cli -c Release
#
# Variables, all optional:
#   LOCAL_CLUSTER_FOLDER  data, logs and process IDs (default: /tmp/orleans-uploads-cluster)
#   LOCAL_CLUSTER_PORT    the first of 400 ports (default: 9400). Silo N serves the vault API at this port plus N
#   LOCAL_CLUSTER_SILO    the silo's program (default: the Release build in src/OrleansUploads.Silo)
#   LOCAL_CLUSTER_CLI     the program that runs the demo and the S3 store (default: the Release build in src/OrleansUploads.Cli)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
folder=${LOCAL_CLUSTER_FOLDER:-/tmp/orleans-uploads-cluster}
port=${LOCAL_CLUSTER_PORT:-9400}
silo=${LOCAL_CLUSTER_SILO:-$here/../src/OrleansUploads.Silo/bin/Release/net10.0/orleans-uploads-silo.dll}
cli=${LOCAL_CLUSTER_CLI:-$here/../src/OrleansUploads.Cli/bin/Release/net10.0/orleans-uploads.dll}
database_port=$((port + 300))
store_port=$((port + 301))

fail() {
    echo "local-cluster.sh: $1" >&2
    exit 1
}

# What the cluster in the folder was started with, or what the command line says, or the default.
choice() {
    chosen=$(cat "$folder/$1" 2> /dev/null || echo "${2:-$3}")
    [ "${2:-$chosen}" = "$chosen" ] || fail "$folder contains a cluster with $1 $chosen. Remove it first: deploy/local-cluster.sh remove"
    echo "$chosen"
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
        azure) is_running "$folder/azurite-table.pid" azurite-table ;;
    esac
}

is_store_running() {
    case $parts in
        s3) is_running "$folder/store.pid" "serve --data" ;;
        blobs) is_running "$folder/azurite-blob.pid" azurite-blob ;;
    esac
}

# The connection string of a service of Azurite.
azurite_connection() {
    account=$(sed -n 's/^AZURE_STORAGE_CONNECTION_STRING=//; s/[A-Za-z]*Endpoint=.*//p' "$here/azurite.env")
    echo "$account$1Endpoint=http://127.0.0.1:$2/devstoreaccount1"
}

connection_string() {
    case $database in
        postgres) echo "Host=127.0.0.1;Port=$database_port;Username=uploads;Database=uploads" ;;
        azure) azurite_connection Table "$database_port" ;;
    esac
}

# Runs a service of Azurite: its name, its port, its folder.
start_azurite() {
    ! is_running "$folder/azurite-$1.pid" "azurite-$1" || return 0
    azurite=$(PATH=$here/azurite/node_modules/.bin:$PATH command -v "azurite-$1") \
        || fail "there is no Azurite. Install it: npm ci --prefix deploy/azurite"
    mkdir -p "$folder/$3"
    setsid nohup "$azurite" "--$1Host" 127.0.0.1 "--$1Port" "$2" --location "$folder/$3" --skipApiVersionCheck --silent \
        > "$folder/azurite-$1.log" 2>&1 < /dev/null &
    echo $! > "$folder/azurite-$1.pid"
    wait_for "azurite-$1" "$2"
}

# Waits until a server answers: its name, its port.
wait_for() {
    tries=0
    until curl --silent --output /dev/null "http://127.0.0.1:$2"; do
        kill -0 "$(cat "$folder/$1.pid")" 2> /dev/null || fail "$1 has ended: $(tail -n 1 "$folder/$1.log")"
        tries=$((tries + 1))
        [ $tries -lt 120 ] || fail "$1 does not answer after a minute. See $folder/$1.log."
        sleep 0.5
    done
}

start_azure() { start_azurite table "$database_port" azurite; }

# The place for the bytes. A bucket or container must exist before the silos start.
start_store() {
    case $parts in
        folder) mkdir -p "$folder/parts" ;;
        s3) start_s3 ;;
        blobs)
            start_azurite blob "$store_port" store
            AZURE_STORAGE_CONNECTION_STRING=$(azurite_connection Blob "$store_port") \
                node "$here/azurite/create-container.js" parts || exit 1
            ;;
        *)
            # The demo's key pair has the same variables later.
            [ -f "$folder/store-environment" ] \
                || (umask 077; export -p | grep -E '^export (AWS_|AZURE_|OrleansUploads__Parts)' > "$folder/store-environment" || true)
            ;;
    esac
}

# The single process of this project as an S3 store, with a key pair of its own.
start_s3() {
    [ -f "$cli" ] || fail "$cli does not exist. Build it: dotnet build src/OrleansUploads.Cli -c Release"
    if ! [ -f "$folder/store-credentials" ]; then
        (umask 077; printf '[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$(random_id)" "$(random_secret)" \
            > "$folder/store-credentials")
    fi

    if ! is_store_running; then
        setsid nohup "$here/s3-store.sh" run "$folder/store-credentials" \
            dotnet "$cli" serve --data "$folder/store" --listen "127.0.0.1:$store_port" --no-dashboard --quiet --replaced-object-grace 1m \
            >> "$folder/store.log" 2>&1 < /dev/null &
        echo $! > "$folder/store.pid"
        wait_for store "$store_port"
    fi

    "$here/s3-store.sh" bucket "$folder/store-credentials" "http://127.0.0.1:$store_port/parts" \
        || fail "the bucket cannot be created. See $folder/store.log."
}

# Where a silo finds the bytes.
export_parts() {
    unset OrleansUploads__Parts OrleansUploads__PartsFolder OrleansUploads__PartsEndpoint OrleansUploads__PartsRegion
    [ "$parts" = folder ] || unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE
    case $parts in
        folder) export OrleansUploads__PartsFolder="$folder/parts" ;;
        s3)
            export OrleansUploads__Parts=s3://parts/silos OrleansUploads__PartsEndpoint="http://127.0.0.1:$store_port"
            export AWS_SHARED_CREDENTIALS_FILE="$folder/store-credentials"
            ;;
        blobs)
            export OrleansUploads__Parts=az://parts/silos
            AZURE_STORAGE_CONNECTION_STRING=$(azurite_connection Blob "$store_port")
            export AZURE_STORAGE_CONNECTION_STRING
            ;;
        *)
            . "$folder/store-environment"
            export OrleansUploads__Parts="$parts"
            ;;
    esac
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

random_id() { echo "AKIA$(od -An -N16 -tu1 /dev/urandom | tr -d ' \n' | tr 0-9 A-J | cut -c1-16)"; }

random_secret() { od -An -N20 -tx1 /dev/urandom | tr -d ' \n'; }

# Key pair of the cluster, created once.
read_keys() {
    [ -f "$folder/keys" ] \
        || (umask 077; printf 'AWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\n' "$(random_id)" "$(random_secret)" > "$folder/keys")
    . "$folder/keys"
}

# In a shell of its own, so that the settings of a silo do not stay.
start_silo() (
    ! is_running "$folder/silo-$1.pid" || return 0
    # The silos share the processor, so an idle thread sleeps at once and does not look for work first.
    export DOTNET_ThreadPool_UnfairSemaphoreSpinLimit=0
    export OrleansUploads__Clustering="$database"
    OrleansUploads__ConnectionString="$(connection_string)$([ "$database" != postgres ] || echo ";Maximum Pool Size=40")"
    export OrleansUploads__ConnectionString
    export OrleansUploads__AdvertisedAddress=127.0.0.1
    export OrleansUploads__Listen="127.0.0.1:$((port + $1))"
    export OrleansUploads__SiloPort=$((port + 100 + $1))
    export OrleansUploads__ClientPort=$((port + 200 + $1))
    export OrleansUploads__AccessKeyId="$AWS_ACCESS_KEY_ID"
    export OrleansUploads__SecretAccessKey="$AWS_SECRET_ACCESS_KEY"
    export_parts
    setsid nohup dotnet "$silo" >> "$folder/silo-$1.log" 2>&1 < /dev/null &
    echo $! > "$folder/silo-$1.pid"
)

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
    [ -f "$folder/database" ] || [ -z "$(ls -A "$folder" 2> /dev/null)" ] \
        || fail "$folder contains something else than a local cluster. Set LOCAL_CLUSTER_FOLDER to an empty or a new folder."
    mkdir -p "$folder"
    chmod 711 "$folder"
    echo "$database" > "$folder/database"
    echo "$parts" > "$folder/bytes"
    "start_$database"
    start_store
    read_keys
    for number in $(seq 1 "$1"); do start_silo "$number"; done
    for number in $(seq 1 "$1"); do wait_until_ready "$number"; done
    status
    [ "$database" != postgres ] || echo "export ORLEANS_POSTGRES='$(connection_string)'"
    [ "$parts" != blobs ] || echo "export AZURE_STORAGE_CONNECTION_STRING='$(azurite_connection Blob "$store_port")'"
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
    [ "$database" = postgres ] || name="Azurite's tables"
    say_whether_running database "$name" "$database_port" || all_ready=1
    case $parts in
        folder) echo "bytes in $folder/parts" ;;
        s3) say_whether_running store "S3 store" "$store_port" || all_ready=1 ;;
        blobs) say_whether_running store "Azurite's blobs" "$store_port" || all_ready=1 ;;
        *) echo "bytes in $parts" ;;
    esac

    return $all_ready
}

say_whether_running() {
    if "is_$1_running"; then
        echo "$2  127.0.0.1:$3  running"
    else
        echo "$2  127.0.0.1:$3  not running"
        return 1
    fi
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

stop() {
    for number in $(numbers); do
        ! is_running "$folder/silo-$number.pid" || kill -TERM "$(cat "$folder/silo-$number.pid")"
    done

    for number in $(numbers); do
        while is_running "$folder/silo-$number.pid"; do sleep 0.1; done
        rm -f "$folder/silo-$number.pid"
    done

    case $parts in
        s3) stop_process store "serve --data" ;;
        blobs) stop_process azurite-blob azurite-blob ;;
    esac

    "stop_$database"
}

stop_postgres() {
    postgres pg_ctl stop --mode=fast --wait -D "$folder/postgres" > /dev/null 2>&1 || true
}

# Azurite stores what it has in memory when it is asked to stop.
stop_azure() { stop_process azurite-table azurite-table; }

# Stops a process that this script started: the name of its file, and what is in its command line.
stop_process() {
    ! is_running "$folder/$1.pid" "$2" || kill -TERM "$(cat "$folder/$1.pid")"
    while is_running "$folder/$1.pid" "$2"; do sleep 0.1; done
    rm -f "$folder/$1.pid"
}

# Deletes what "start" creates, by name: the folder may contain other files by now.
remove() {
    [ -f "$folder/database" ] || fail "$folder does not contain a local cluster."
    stop
    for name in postgres azurite parts store store-credentials store-environment keys bytes; do rm -rf "${folder:?}/$name"; done
    rm -f "$folder"/silo-*.log "$folder"/azurite-*.log "$folder/store.log" "$folder/initdb.log" "$folder/database"
    rmdir "$folder" 2> /dev/null || echo "$folder stays, because it contains other files."
    case $parts in
        *://*) echo "The objects in $parts stay, and with them the mark of this cluster. For another cluster, use another prefix." ;;
    esac
}

usage="usage: local-cluster.sh [--azure] [--parts folder|s3|blobs|ADDRESS] start [SILOS] | status | demo [SIZE] | kill SILO |
    stop | remove"
asked_database=""
asked_parts=""
while :; do
    case "${1:-}" in
        --azure) asked_database=azure ;;
        --parts)
            case "${2:-}" in
                folder | s3 | blobs | s3://?* | az://?*) asked_parts=$2 ;;
                *) fail "--parts is '${2:-}'. It must be folder, s3, blobs, s3://BUCKET/PREFIX or az://CONTAINER/PREFIX." ;;
            esac
            shift
            ;;
        *) break ;;
    esac
    shift
done
database=$(choice database "$asked_database" postgres)
parts=$(choice bytes "$asked_parts" folder)

case "${1:-}" in
    start) start "${2:-3}" ;;
    status) status ;;
    kill) kill_silo "${2:-}" ;;
    demo) demo "${2:-256MiB}" ;;
    crash) crash "${2:-}" ;;
    stop) stop ;;
    remove) remove ;;
    *) fail "$usage" ;;
esac
