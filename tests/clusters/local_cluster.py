"""Small uploads to the cluster of deploy/local-cluster.sh, and questions to its PostgreSQL. Needs psql.

Variables: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (default: those of the local cluster), and LOCAL_CLUSTER_FOLDER and LOCAL_CLUSTER_PORT as
in deploy/local-cluster.sh.
"""
import datetime
import hashlib
import hmac
import http.client
import os
import pathlib
import subprocess
import threading
import urllib.parse

PART = os.urandom(1 << 20)
PART_HASH = hashlib.sha256(PART).hexdigest()  # Also the tree hash of one MiB.
EMPTY_HASH = hashlib.sha256(b"").hexdigest()

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


def run(endpoints, callers, uploads, vault, kind=Caller):
    def work(number):
        caller = kind(endpoints, number)
        for _ in range(uploads // callers):
            caller.upload(vault)

    threads = [threading.Thread(target=work, args=[number]) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def query(statement, database="postgres"):
    return subprocess.run(
        ["psql", "-XqtA", "-d", database, "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(PORT + 300), "-U", "postgres", "-c", statement],
        check=True, capture_output=True, text=True).stdout.strip()
