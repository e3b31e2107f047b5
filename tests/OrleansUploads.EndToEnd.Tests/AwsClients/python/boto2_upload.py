"""Uploads a file as glacier-cli and git-annex's glacier remote do, with boto 2, in parts one after another and at the same time."""

import hashlib
import os
import sys
from urllib.parse import urlsplit

from boto.glacier.layer2 import Layer2
from boto.regioninfo import RegionInfo

MIB = 1024 * 1024


def main(endpoint, path):
    server = urlsplit(endpoint)
    glacier = Layer2(
        aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"],
        region=RegionInfo(name="us-east-1", endpoint=server.hostname),
        port=server.port,
        is_secure=False,
    )
    # boto 2 reads both from the host name of Amazon's endpoints.
    glacier.layer1.auth_service_name = "glacier"
    glacier.layer1.auth_region_name = "us-east-1"
    vault = glacier.create_vault("from-boto2")
    with open(path, "rb") as file:
        ids = [vault.create_archive_from_file(file_obj=file, description="in turn")]
    ids.append(vault.concurrent_create_archive_from_file(path, "at the same time", part_size=MIB, num_threads=3))
    with open(path, "rb") as file:
        stored = hashlib.sha256(file.read()).digest()
    for id in ids:
        output = vault.retrieve_archive(id).get_output()
        assert hashlib.sha256(output.read()).digest() == stored, id
        vault.delete_archive(id)
    vault.delete()


main(*sys.argv[1:])
