#!/usr/bin/env python3
"""Counts what a small multipart upload costs: initiate, one part of 1 MiB, complete; with one caller and with eight.

    tests/clusters/upload-cost.py [--uploads N] [--callers N ...] [--silo N | --endpoint URL --process ID]

Without an endpoint, it measures the cluster of deploy/local-cluster.sh, which must run on PostgreSQL with three silos, and prints for each
upload the transactions of its database, the bytes and the flushes of the write-ahead log, and the processor time of silos and database. With
--silo, all requests go to one silo: a vault lives on one of them, so two of three silos pass each request on, and the third passes none.
With one, it measures the server there, whose process has the ID, and prints its processor time: for example of "orleans-uploads serve".

What the database does while nothing is uploaded is subtracted. A checkpoint comes before the warm-up, so pages that are written often are
already complete in the log. PostgreSQL's sessions report their counts with a delay, so each measurement begins and ends with a pause.

local_cluster.py names the variables. Needs psql.
"""
import argparse
import os
import pathlib
import time

from local_cluster import FOLDER, PORT, Caller, query, run

REPORT_DELAY = 11  # Seconds after which an idle session of PostgreSQL has reported its counts.
IDLE = 20  # Seconds.
TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(process):
    """Of a process and its children, also of those that have ended."""
    total = 0
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        own = stat.parent.name == str(process)
        if own or fields[1] == str(process):
            total += sum(map(int, fields[11:15] if own else fields[11:13]))
    return total / TICKS


class Counts:
    def __init__(self, processes, database):
        self.values = {"silos, ms of processor": 1000 * sum(map(processor_seconds, processes))}
        if database:
            transactions, wal, flushes = query(
                "SELECT xact_commit + xact_rollback, pg_current_wal_insert_lsn() - '0/0', wal_sync FROM pg_stat_wal, pg_stat_database "
                "WHERE datname = 'uploads'").split("|")
            self.values |= {
                "database, ms of processor": 1000 * processor_seconds(database), "transactions": int(transactions),
                "bytes of write-ahead log": int(wal), "flushes": int(flushes)}
        self.at = time.monotonic()

    def since(self, earlier):
        return {name: value - earlier.values[name] for name, value in self.values.items()}


def measure(endpoints, processes, database, callers, uploads):
    def pause(seconds):
        time.sleep(seconds if database else 0)

    vault = f"cost-{os.getpid()}-{callers}"
    Caller(endpoints, 0).send("PUT", f"/-/vaults/{vault}")
    if database:
        query("CHECKPOINT")
    run(endpoints, callers, uploads // 2, vault)
    pause(REPORT_DELAY)
    start = Counts(processes, database)
    pause(IDLE)
    idle = Counts(processes, database)
    run(endpoints, callers, uploads, vault)
    elapsed = time.monotonic() - idle.at
    pause(REPORT_DELAY)
    end = Counts(processes, database)
    background, used = idle.since(start), end.since(idle)
    share = (end.at - idle.at) / max(idle.at - start.at, 1)
    print(f"{callers} caller{'s' * (callers > 1)}: {uploads / elapsed:.0f} uploads a second; for each upload")
    for name, value in used.items():
        print(f"  {(value - (background[name] * share if database else 0)) / uploads:9.1f}  {name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uploads", type=int, default=800)
    parser.add_argument("--callers", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--silo", type=int, choices=(1, 2, 3))
    parser.add_argument("--endpoint")
    parser.add_argument("--process", type=int)
    chosen = parser.parse_args()
    if chosen.endpoint:
        endpoints, processes, database = [chosen.endpoint], [chosen.process], None
    else:
        endpoints = [f"http://127.0.0.1:{PORT + number}" for number in ([chosen.silo] if chosen.silo else (1, 2, 3))]
        processes = [int((FOLDER / f"silo-{number}.pid").read_text()) for number in (1, 2, 3)]
        database = int((FOLDER / "postgres/postmaster.pid").read_text().split()[0])
    for callers in chosen.callers:
        measure(endpoints, processes, database, callers, chosen.uploads)


if __name__ == "__main__":
    main()
