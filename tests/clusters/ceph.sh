#!/bin/sh
# Runs a small Ceph on this machine, for tests of bytes in an object store that really replicates: one monitor, one manager, three
# disks (OSDs) and the S3 gateway, all on the loopback address. Each object is on all three disks. Ceph acknowledges a write when every
# disk in service has it, and takes writes while two disks are in service.
#
#   tests/clusters/ceph.sh start            starts what is not running, and prints the address and the key pair
#   tests/clusters/ceph.sh status           what Ceph says of itself
#   tests/clusters/ceph.sh destroy-disk N   kills disk N (0, 1 or 2) with SIGKILL and deletes its data
#   tests/clusters/ceph.sh replace-disk N   puts an empty disk in its place
#   tests/clusters/ceph.sh await-recovery   waits until each object is on all disks again
#   tests/clusters/ceph.sh rounds [COUNT]   silos keep their bytes on it while clients write and read through both protocols: in each round
#                                           one disk is destroyed, replaced and recovered, and every byte is compared (5 rounds by default)
#   tests/clusters/ceph.sh conformance      runs the tests of part stores on it
#   tests/clusters/ceph.sh stop             stops everything and keeps the data
#   tests/clusters/ceph.sh remove           stops everything and deletes the data
#
# Needs curl and Ceph's programs: apt-get install ceph-mon ceph-mgr ceph-osd radosgw (Debian 12). It uses about 1.5 GiB of memory, and
# starts within a minute. Nothing inside it is authenticated. Names of buckets need three characters.
# The rounds need: dotnet build tests/OrleansUploads.Silo.Tests -c Release
# The tests of part stores need: dotnet build tests/OrleansUploads.Storage.Tests -c Release
#
# Variables, all optional:
#   CEPH_FOLDER   data, logs and process IDs (default: /tmp/orleans-uploads-ceph)
#   CEPH_PORT     the first of 100 ports (default: 12400). The S3 gateway has this one
#   CEPH_DISK_GB  the size of a disk, whose file is sparse (default: 12)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
folder=${CEPH_FOLDER:-/tmp/orleans-uploads-ceph}
port=${CEPH_PORT:-12400}
disk_bytes=$((${CEPH_DISK_GB:-12} * 1000000000))
disks="0 1 2"
endpoint=http://127.0.0.1:$port
access_key=cephaccess
secret_key=cephsecret

export CEPH_CONF="$folder/ceph.conf"

fail() {
    echo "ceph.sh: $1" >&2
    exit 1
}

require_programs() {
    for program in curl ceph monmaptool ceph-mon ceph-mgr ceph-osd radosgw radosgw-admin; do
        command -v "$program" > /dev/null \
            || fail "there is no $program. Install it (Debian: apt-get install curl ceph-mon ceph-mgr ceph-osd radosgw)."
    done
}

require_disk() {
    case " $disks " in
        *" ${1:-none} "*) ;;
        *) fail "there is no disk '${1:-}'. The disks: $disks" ;;
    esac
}

# Asks the monitor. It may not be there yet.
ask() {
    ceph --connect-timeout 20 "$@" 2>> "$folder/log/asked.log"
}

# Repeats a command until it succeeds.
#   until_true SECONDS WHAT COMMAND...
until_true() {
    tries=$(($1 * 5))
    what=$2
    shift 2
    until "$@" > /dev/null; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || fail "$what is still not so. See the logs in $folder/log."
        sleep 0.2
    done
}

# A daemon's file with its process ID stays when the daemon is killed, and its number may have been given to another program since.
# All daemons of this folder have its configuration in their environment.
is_running() {
    [ -s "$folder/run/$1.pid" ] \
        && tr '\0' '\n' 2> /dev/null < "/proc/$(cat "$folder/run/$1.pid")/environ" | grep --quiet --line-regexp "CEPH_CONF=$CEPH_CONF"
}

write_configuration() {
    mkdir -p "$folder/mon" "$folder/mgr" "$folder/rgw" "$folder/log" "$folder/run"
    cat /proc/sys/kernel/random/uuid > "$folder/fsid"
    cat > "$CEPH_CONF" <<END
[global]
fsid = $(cat "$folder/fsid")
mon_host = v1:127.0.0.1:$((port + 1))
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_msgr2 = false
ms_bind_port_min = $((port + 10))
ms_bind_port_max = $((port + 99))
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
log_file = $folder/log/\$name.log
admin_socket = $folder/run/\$name.asok
pid_file = $folder/run/\$name.pid
run_dir = $folder/run
# All copies are on this host, each on a disk of its own.
osd_pool_default_size = 3
osd_pool_default_min_size = 2
osd_crush_chooseleaf_type = 0
osd_pool_default_pg_num = 8
osd_pool_default_pg_autoscale_mode = off
mon_max_pg_per_osd = 1000
# A disk that does not answer for six seconds is out of service, if one other disk says so.
osd_heartbeat_interval = 2
osd_heartbeat_grace = 6
[mon]
mon_data = $folder/mon
mon_osd_min_down_reporters = 1
mon_osd_reporter_subtree_level = osd
auth_allow_insecure_global_id_reclaim = false
[mgr]
mgr_data = $folder/mgr
mgr_initial_modules =
[osd]
osd_data = $folder/osd.\$id
osd_memory_target = 1073741824
bluestore_block_size = $disk_bytes
osd_class_load_list = *
osd_class_default_list = *
osd_max_backfills = 8
osd_recovery_max_active = 16
osd_recovery_sleep = 0
osd_recovery_sleep_hdd = 0
[client.rgw.a]
rgw_data = $folder/rgw
rgw_frontends = beast endpoint=127.0.0.1:$port
rgw_dns_name =
rgw_thread_pool_size = 64
END
}

make_monitor() {
    monmaptool --create --fsid "$(cat "$folder/fsid")" --addv a "[v1:127.0.0.1:$((port + 1))]" "$folder/monmap" > /dev/null
    ceph-mon -i a --mkfs --monmap "$folder/monmap"
}

# Tells the monitor of a disk. The monitor gives disks their numbers in this order.
announce_disk() {
    cat /proc/sys/kernel/random/uuid > "$folder/disk-$1"
    until_true 30 "that the monitor accepts disk $1" ask osd new "$(cat "$folder/disk-$1")" "$1"
}

make_disk() {
    rm -rf "$folder/osd.$1"
    mkdir -p "$folder/osd.$1"
    ceph-osd -i "$1" --mkfs --osd-uuid "$(cat "$folder/disk-$1")" >> "$folder/log/mkfs-$1.log" 2>&1
}

# A disk that is started right after it was made sometimes ends at once, because it has not heard of its cluster yet.
start_disk() {
    for try in 1 2 3 4 5; do
        ! is_running "osd.$1" || return 0
        ceph-osd -i "$1" >> "$folder/log/start-$1.log" 2>&1 || true
        sleep 2
    done

    is_running "osd.$1" || fail "disk $1 does not start. See $folder/log/osd.$1.log."
}

are_disks_in_service() {
    ask osd stat | grep --quiet "$(echo "$disks" | wc -w) up"
}

is_gateway_ready() {
    curl --silent --fail --max-time 5 "$endpoint"
}

is_recovered() {
    are_disks_in_service && ask pg stat | grep --quiet --extended-regexp '^[0-9]+ pgs: [0-9]+ active\+clean;'
}

start() {
    require_programs
    if ! [ -f "$folder/made" ]; then
        ! [ -d "$folder" ] || fail "$folder was not made completely. Remove it first: tests/clusters/ceph.sh remove"
        write_configuration
        make_monitor
    fi

    is_running mon.a || ceph-mon -i a >> "$folder/log/start-mon.log" 2>&1
    until_true 60 "that the monitor answers" ask status
    is_running mgr.a || ceph-mgr -i a >> "$folder/log/start-mgr.log" 2>&1
    if ! [ -f "$folder/made" ]; then
        ask osd set noscrub > /dev/null
        ask osd set nodeep-scrub > /dev/null
        for disk in $disks; do announce_disk "$disk"; done
        for disk in $disks; do make_disk "$disk"; done
    fi

    for disk in $disks; do start_disk "$disk"; done
    until_true 60 "that all disks are in service" are_disks_in_service
    is_running client.rgw.a || radosgw -n client.rgw.a >> "$folder/log/start-rgw.log" 2>&1
    until_true 120 "that the S3 gateway answers" is_gateway_ready
    [ -f "$folder/made" ] || radosgw-admin user create --uid uploads --display-name uploads \
        --access-key "$access_key" --secret-key "$secret_key" > /dev/null 2>> "$folder/log/user.log"
    touch "$folder/made"
    until_true 120 "that each object is on all disks" is_recovered
    echo "Ceph serves S3 at $endpoint"
    echo "export AWS_ACCESS_KEY_ID=$access_key AWS_SECRET_ACCESS_KEY=$secret_key AWS_DEFAULT_REGION=us-east-1"
}

destroy_disk() {
    require_disk "${1:-}"
    is_running "osd.$1" || fail "disk $1 is not running."
    kill -KILL "$(cat "$folder/run/osd.$1.pid")"
    rm -rf "$folder/osd.$1" "$folder/run/osd.$1.pid"
}

replace_disk() {
    require_disk "${1:-}"
    ! is_running "osd.$1" || fail "disk $1 is running. Destroy it first: tests/clusters/ceph.sh destroy-disk $1"

    # Right after its end, the monitor may still count it as in service.
    until_true 60 "that the monitor forgets disk $1" ask osd purge "$1" --force
    announce_disk "$1"
    make_disk "$1"
    start_disk "$1"
}

# Runs classes of a project of tests.
#   run_tests PROJECT CLASSES
run_tests() {
    tests=$here/../OrleansUploads.$1/bin/Release/net10.0/OrleansUploads.$1.dll
    [ -f "$tests" ] || fail "$tests does not exist. Build it: dotnet build tests/OrleansUploads.$1 -c Release"
    start
    ORLEANSUPLOADS_CEPH=$endpoint AWS_ACCESS_KEY_ID=$access_key AWS_SECRET_ACCESS_KEY=$secret_key \
        CEPH_FOLDER=$folder CEPH_PORT=$port dotnet "$tests" -class "$2" -noLogo -noColor
}

stop() {
    for daemon in client.rgw.a osd.2 osd.1 osd.0 mgr.a mon.a; do
        ! is_running "$daemon" || kill -TERM "$(cat "$folder/run/$daemon.pid")"
        while is_running "$daemon"; do sleep 0.1; done
    done
}

case "${1:-}" in
    start) start ;;
    status) ask status ;;
    destroy-disk) destroy_disk "${2:-}" ;;
    replace-disk) replace_disk "${2:-}" ;;
    await-recovery) until_true 300 "that each object is on all disks" is_recovered ;;
    rounds)
        export ORLEANSUPLOADS_FAULT_ROUNDS="${2:-5}"
        run_tests Silo.Tests '*.CephTests'
        ;;
    conformance) run_tests Storage.Tests '*' ;;
    stop) stop ;;
    remove)
        [ -f "$CEPH_CONF" ] || fail "$folder does not contain a Ceph."
        stop
        rm -rf "$folder"
        ;;
    *)
        fail "usage: ceph.sh start | status | destroy-disk N | replace-disk N | await-recovery | rounds [COUNT] | conformance | stop |\
 remove"
        ;;
esac
