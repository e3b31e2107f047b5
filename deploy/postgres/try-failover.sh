#!/bin/sh
# Tries what a cluster does when its PostgreSQL fails over: ./try-failover.sh [ROUNDS]
# Three silos under load, a primary and a synchronous standby, all on the loopback address. In each of the rounds (9 unless you say
# otherwise) the primary is lost; it hangs and returns after the standby was promoted; or the standby is gone, waiting commits are
# cancelled on purpose, and then the primary is lost. Everything that was acknowledged is compared with what is there.
# Needs PostgreSQL's programs (Debian: the package postgresql) and the .NET SDK.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tests=$here/../../tests/OrleansUploads.Silo.Tests
dotnet build "$tests" -c Release -v q --nologo >&2
export ORLEANSUPLOADS_FAULT_KINDS="the primary" ORLEANSUPLOADS_FAULT_ROUNDS="${1:-9}"
dotnet "$tests/bin/Release/net10.0/OrleansUploads.Silo.Tests.dll" -method '*.FaultTests.A_cluster_on_PostgreSQL*' -noLogo
