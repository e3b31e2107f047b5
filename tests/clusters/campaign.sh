#!/bin/sh
# Campaigns and a benchmark on clusters, all on the loopback address.
#
#   tests/clusters/campaign.sh [--azure] soak [MINUTES]    disturbs a cluster under load, for an hour unless you say otherwise
#   tests/clusters/campaign.sh [--azure] faults [MINUTES]  kills, pauses, stops and cuts off silos, and loses the primary of the database, under
#                                                          clients that do not retry, for ten minutes unless you say otherwise
#   tests/clusters/campaign.sh failover [ROUNDS]           tries what a cluster does when its PostgreSQL fails over: in each of the rounds (9
#                                                          unless you say otherwise) the primary is lost; it hangs and returns after the
#                                                          standby was promoted; or the standby is gone, waiting commits are cancelled on
#                                                          purpose, and then the primary is lost
#   tests/clusters/campaign.sh shared [ROUNDS]             kills nodes and silos while eight nodes share 100 uploads, whose parts they write
#                                                          straight into the store, and loses answers; 20 rounds unless you say otherwise
#   tests/clusters/campaign.sh [--azure] bench             compares the rates of three silos, which deploy/local-cluster.sh starts and which
#                                                          then stay, with those of one process
#   tests/clusters/campaign.sh [--azure] direct [OPTIONS]  compares nodes that write archives straight into the store of three silos, an S3
#                                                          store or Azurite's blobs, with bare clients of the store; --mebibytes N sets the
#                                                          size (default: 8192, which needs 25 GB of disk), --nodes N... the numbers of nodes.
#                                                          Azurite keeps what is deleted for ten minutes: it needs 45 GB and 14 times the size
#
# The database is PostgreSQL, or with --azure the tables of Azurite. deploy/local-cluster.sh says what they need.
# The tests also need: dotnet build tests/OrleansUploads.Silo.Tests -c Release
#                      They cut the network only as root with iptables. The soak sets wrong clocks only with a C compiler.
# The benchmarks need: dotnet build bench/OrleansUploads.Benchmarks -c Release
#
# ORLEANSUPLOADS_SOAK_PREVIOUS_SILO names another build of the silo; the soak updates from one to the other and back.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)

fail() {
    echo "campaign.sh: $1" >&2
    exit 1
}

require_build() {
    [ -f "$1" ] || fail "$1 does not exist. Build it: dotnet build $2 -c Release"
}

# Runs a class of tests on the chosen database.
run_tests() {
    tests=$root/tests/OrleansUploads.Silo.Tests/bin/Release/net10.0/OrleansUploads.Silo.Tests.dll
    require_build "$tests" tests/OrleansUploads.Silo.Tests
    exec dotnet "$tests" -method "*.$1.A_cluster_on_$database*" -noLogo
}

require_benchmarks() {
    benchmarks=$root/bench/OrleansUploads.Benchmarks/bin/Release/net10.0/OrleansUploads.Benchmarks.dll
    require_build "$benchmarks" bench/OrleansUploads.Benchmarks
}

# Compiles the silo ahead of time, as releases are, unless LOCAL_CLUSTER_SILO names another one.
publish_silo() {
    if [ -z "${LOCAL_CLUSTER_SILO:-}" ]; then
        programs=$root/artifacts/programs
        "$root/tests/publish-programs.sh" "$programs" Silo
        export LOCAL_CLUSTER_SILO="$programs/Silo/orleans-uploads-silo.dll"
    fi
}

bench() {
    require_benchmarks
    publish_silo
    port=${LOCAL_CLUSTER_PORT:-9400}
    started=$("$root/deploy/local-cluster.sh" $azure start 3)
    eval "$(echo "$started" | grep '^export AWS_')"
    dotnet "$benchmarks" cluster --endpoint "http://127.0.0.1:$((port + 1))" \
        --endpoint "http://127.0.0.1:$((port + 2))" --endpoint "http://127.0.0.1:$((port + 3))"
}

direct() {
    require_benchmarks
    publish_silo
    parts=s3
    [ -z "$azure" ] || parts=blobs
    started=$("$root/deploy/local-cluster.sh" $azure --parts $parts start 3)
    echo "$started"
    blobs=$(echo "$started" | sed -n "s/^export AZURE_STORAGE_CONNECTION_STRING='\(.*\)'/\1/p")
    dotnet "$benchmarks" direct --cluster "${LOCAL_CLUSTER_FOLDER:-/tmp/orleans-uploads-cluster}" --port "${LOCAL_CLUSTER_PORT:-9400}" \
        ${blobs:+--blobs "$blobs"} "$@"
}

database=PostgreSQL
azure=""
if [ "${1:-}" = --azure ]; then
    database=Azurite
    azure=--azure
    shift
fi

case "${1:-}" in
    soak)
        export ORLEANSUPLOADS_SOAK_MINUTES="${2:-60}"
        run_tests SoakTests
        ;;
    faults)
        export ORLEANSUPLOADS_FAULT_MINUTES="${2:-10}"
        run_tests FaultTests
        ;;
    failover)
        export ORLEANSUPLOADS_FAULT_KINDS="the primary" ORLEANSUPLOADS_FAULT_ROUNDS="${2:-9}" ORLEANSUPLOADS_FAULT_UPLOADS=300
        run_tests FaultTests
        ;;
    shared)
        [ -z "$azure" ] || fail "uploads are shared on PostgreSQL only. Leave --azure out."
        export ORLEANSUPLOADS_FAULT_ROUNDS="${2:-20}"
        run_tests SharedUploadTests
        ;;
    bench) bench ;;
    direct)
        shift
        direct "$@"
        ;;
    *) fail "usage: campaign.sh [--azure] soak [MINUTES] | faults [MINUTES] | failover [ROUNDS] | shared [ROUNDS] | bench | direct [OPTIONS]" ;;
esac
