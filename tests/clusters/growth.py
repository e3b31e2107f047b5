#!/usr/bin/env python3
"""Measures how the database of a cluster grows: rows and bytes for each archive, by table.

    tests/clusters/growth.py [--archives N] [--single]

Uploads archives of one part of 1 MiB to the cluster of deploy/local-cluster.sh, which must run on PostgreSQL with three silos, each with three
requests or with --single in one. Then it prints, for each table and its indexes, what an archive has added, and how many dead rows were left
for vacuum. VACUUM FULL comes first, and before the end, so that the bytes are those of the rows.

local_cluster.py names the variables. Needs psql.
"""
import argparse
import os

from local_cluster import PART, PART_HASH, PORT, Caller, query, run

SIZES = """
    SELECT relname, n_live_tup, n_dead_tup, n_tup_ins + n_tup_upd + n_tup_del, pg_table_size(relid), pg_indexes_size(relid)
    FROM pg_stat_user_tables WHERE relname LIKE 'uploads\\_%' ORDER BY relname"""


class SingleCaller(Caller):
    def upload(self, vault):
        self.send("POST", f"/-/vaults/{vault}/archives", {"x-amz-sha256-tree-hash": PART_HASH}, PART, PART_HASH)


def sizes(compact):
    if compact:
        query("VACUUM FULL ANALYZE", "uploads")
    query("SELECT pg_stat_force_next_flush()", "uploads")
    lines = query(SIZES, "uploads").splitlines()
    return {name: list(map(int, numbers)) for name, *numbers in (line.split("|") for line in lines)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archives", type=int, default=4000)
    parser.add_argument("--single", action="store_true")
    chosen = parser.parse_args()
    endpoints = [f"http://127.0.0.1:{PORT + number}" for number in (1, 2, 3)]
    vault = f"growth-{os.getpid()}"
    Caller(endpoints, 0).send("PUT", f"/-/vaults/{vault}")

    # The records of a vault's shards and of its list are rewritten, so what they grow by shows only after many archives.
    before = sizes(compact=True)
    run(endpoints, 8, chosen.archives, vault, SingleCaller if chosen.single else Caller)
    dead = sizes(compact=False)
    after = sizes(compact=True)
    print(f"{'for each archive':20} {'rows':>8} {'bytes':>8} {'of indexes':>10} {'changes':>8} {'dead rows':>10}")
    for name, (rows, _, _, heap, indexes) in after.items():
        earlier = before[name]
        print(
            f"{name:20} {(rows - earlier[0]) / chosen.archives:8.2f} {(heap - earlier[3]) / chosen.archives:8.0f} "
            f"{(indexes - earlier[4]) / chosen.archives:10.0f} {(dead[name][2] - earlier[2]) / chosen.archives:8.2f} "
            f"{dead[name][1] / chosen.archives:10.2f}")


if __name__ == "__main__":
    main()
