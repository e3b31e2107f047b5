"""Bodies that stop halfway. boto3 signs the request and reads the answer; a plain socket sends it."""

import socket
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse

from glacier_client import TIMEOUT, connect, expect, new_vault, refused


def run(endpoint, exercised):
    glacier = connect(endpoint, exercised)
    with new_vault(glacier, "stalled") as vault, ThreadPoolExecutor(2) as senders:
        upload = glacier.initiate_multipart_upload(vaultName=vault, partSize="1048576")["uploadId"]
        part = {"uploadId": upload, "range": "bytes 0-999/*"}
        stalls = [
            senders.submit(stall, endpoint, exercised, "upload_archive", vaultName=vault),
            senders.submit(stall, endpoint, exercised, "upload_multipart_part", vaultName=vault, **part)]
        for each in stalls:
            each.result()
        expect(glacier.list_parts(vaultName=vault, uploadId=upload)["Parts"], [], "parts after a stalled one")
        glacier.upload_multipart_part(vaultName=vault, body=bytes(1000), **part)
        glacier.abort_multipart_upload(vaultName=vault, uploadId=upload)


def stall(endpoint, exercised, name, **arguments):
    glacier = connect(endpoint, exercised)
    glacier.meta.events.register("before-send.glacier", send_half)
    refused(TIMEOUT, "Request timed out", getattr(glacier, name), body=bytes(1000), **arguments)


def send_half(request, **_):
    """Sends a signed request with only the first half of its body, and waits for the answer."""
    address = urlsplit(request.url)
    headers = {"host": address.netloc}
    for name, value in request.headers.items():
        headers[name.lower()] = value.decode() if isinstance(value, bytes) else value
    head = [f"{request.method} {address.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode() + request.body[:len(request.body) // 2])
        answer = HTTPResponse(connection, method=request.method)
        answer.begin()
        return AWSResponse(request.url, answer.status, answer.headers, Received(answer.read()))


class Received:
    """A received body with the interface that boto3 reads from."""

    def __init__(self, content):
        self.content = content

    def stream(self):
        return [self.content]
