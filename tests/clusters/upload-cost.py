#!/usr/bin/env python3
"""Counts what a small multipart upload costs: initiate, one part of 1 MiB, complete; with one caller and with eight.

    tests/clusters/upload-cost.py [--uploads N] [--endpoint URL --process ID]

Without an endpoint, it measures the cluster of deploy/local-cluster.sh, which must run on PostgreSQL with three silos, and prints for each
upload the transactions of its database, the bytes and the flushes of the write-ahead log, and the processor time of silos and database.
With one, it measures the server there, whose process has the ID, and prints its processor time: for example of "orleans-uploads serve".

What the database does while nothing is uploaded is subtracted. A checkpoint comes before the warm-up, so pages that are written often are
already complete in the log. PostgreSQL's sessions report their counts with a delay, so each measurement begins and ends with a pause.

Variables: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (default: those of the local cluster), and LOCAL_CLUSTER_FOLDER and LOCAL_CLUSTER_PORT as
in deploy/local-cluster.sh. Needs psql.
"""
import argparse
import datetime
import hashlib
import hmac
import http.client
import os
import pathlib
import subprocess
import threading
import time
import urllib.parse

PART = os.urandom(1 << 20)
PART_HASH = hashlib.sha256(PART).hexdigest()  # Also the tree hash of one MiB.
EMPTY_HASH = hashlib.sha256(b"").hexdigest()
REPORT_DELAY = 11  # Seconds after which an idle session of PostgreSQL has reported its counts.
IDLE = 20  # Seconds.
TICKS = os.sysconf("SC_CLK_TCK")

FOLDER = pathlib.Path(os.environ.get("LOCAL_CLUSTER_FOLDER", "/tmp/orleans-uploads-cluster"))
PORT = int(os.environ.get("LOCAL_CLUSTER_PORT", "9400"))


def keys():
    found = dict(os.environ)
    if "AWS_ACCESS_KEY_ID" not in found:
        found = dict(line.split("=", 1) for line in (FOLDER / "keys").read_text().split())
    return found["AWS_ACCESS_KEY_ID"], found["AWS_SECRET_ACCESS_KEY"]


def sign(method, host, path, headers, body_hash, pair, service="glacier", region="us-east-1"):
    """Adds the headers of Signature Version 4."""
    stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers |= {"host": host, "x-amz-date": stamp, "x-amz-content-sha256": body_hash, "x-amz-glacier-version": "2012-06-01"}
    names = ";".join(sorted(headers))
    canonical = "\n".join([method, path, "", *(f"{name}:{headers[name]}" for name in sorted(headers)), "", names, body_hash])
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    key = f"AWS4{pair[1]}".encode()
    for text in (stamp[:8], region, service, "aws4_request"):
        key = hmac.new(key, text.encode(), hashlib.sha256).digest()
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={pair[0]}/{scope}, SignedHeaders={names}, Signature={signature}"
    return headers


class Caller:
    """Uploads over one connection to each server, request by request to the next server."""

    def __init__(self, endpoints, number):
        self.connections = [http.client.HTTPConnection(urllib.parse.urlsplit(one).netloc) for one in endpoints]
        self.turn, self.pair = number, keys()

    def send(self, method, path, headers=None, body=b"", body_hash=EMPTY_HASH):
        connection = self.connections[self.turn % len(self.connections)]
        self.turn += 1
        host = f"{connection.host}:{connection.port}"
        connection.request(method, path, body, sign(method, host, path, headers or {}, body_hash, self.pair))
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {content.decode(errors='replace')}")
        return answer.headers

    def upload(self, vault):
        path = f"/-/vaults/{vault}/multipart-uploads"
        upload = f"{path}/{self.send('POST', path, {'x-amz-part-size': str(len(PART))})['x-amz-multipart-upload-id']}"
        self.send("PUT", upload, {"content-range": f"bytes 0-{len(PART) - 1}/*", "x-amz-sha256-tree-hash": PART_HASH}, PART, PART_HASH)
        self.send("POST", upload, {"x-amz-archive-size": str(len(PART)), "x-amz-sha256-tree-hash": PART_HASH})


def run(endpoints, callers, uploads, vault):
    def work(number):
        caller = Caller(endpoints, number)
        for _ in range(uploads // callers):
            caller.upload(vault)

    threads = [threading.Thread(target=work, args=[number]) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def query(statement):
    return subprocess.run(
        ["psql", "-XqtA", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(PORT + 300), "-U", "postgres", "-c", statement],
        check=True, capture_output=True, text=True).stdout.strip()


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
    parser.add_argument("--endpoint")
    parser.add_argument("--process", type=int)
    chosen = parser.parse_args()
    if chosen.endpoint:
        endpoints, processes, database = [chosen.endpoint], [chosen.process], None
    else:
        endpoints = [f"http://127.0.0.1:{PORT + number}" for number in (1, 2, 3)]
        processes = [int((FOLDER / f"silo-{number}.pid").read_text()) for number in (1, 2, 3)]
        database = int((FOLDER / "postgres/postmaster.pid").read_text().split()[0])
    for callers in (1, 8):
        measure(endpoints, processes, database, callers, chosen.uploads)


if __name__ == "__main__":
    main()
