"""Uploads, retrieves and deletes archives with an unmodified boto3.

Usage: boto3_whole_job.py ENDPOINT ARCHIVE_FILE PART_SIZE_MIB

Exits with 0 if every answer is correct; otherwise with a traceback of the first wrong one.
"""

import random
import sys
from concurrent.futures import ThreadPoolExecutor

from glacier_client import INVALID, MIB, NOT_FOUND, connect, expect, refused, tree_hash

VAULT = "boto3-vault"


def upload_in_parts(glacier, content, part_bytes):
    """Uploads parts out of order, four at a time, one of them twice, and checks all lists."""
    initiated = glacier.initiate_multipart_upload(
        vaultName=VAULT, archiveDescription="in parts", partSize=str(part_bytes))
    upload = initiated["uploadId"]
    expect(len(upload), 92, "length of the upload ID")

    starts = list(range(0, len(content), part_bytes))
    expected_parts = [
        (f"{start}-{min(start + part_bytes, len(content)) - 1}", tree_hash(content[start:start + part_bytes]))
        for start in starts]
    shuffled = starts + starts[:1]
    random.Random(1).shuffle(shuffled)

    def send(start):
        body = content[start:start + part_bytes]
        return glacier.upload_multipart_part(
            vaultName=VAULT, uploadId=upload, range=f"bytes {start}-{start + len(body) - 1}/*", body=body)

    with ThreadPoolExecutor(4) as senders:
        for start, sent in zip(shuffled, senders.map(send, shuffled)):
            expect(sent["checksum"], expected_parts[starts.index(start)][1], f"returned checksum of the part at {start}")

    pages = glacier.get_paginator("list_parts").paginate(
        vaultName=VAULT, uploadId=upload, PaginationConfig={"PageSize": 3})
    listed = [(part["RangeInBytes"], part["SHA256TreeHash"]) for page in pages for part in page["Parts"]]
    expect(listed, expected_parts, "listed parts")
    uploads = glacier.list_multipart_uploads(vaultName=VAULT)["UploadsList"]
    expect([entry["MultipartUploadId"] for entry in uploads], [upload], "uploads in progress")
    expect(uploads[0]["ArchiveDescription"], "in parts", "description of the upload")

    whole = dict(vaultName=VAULT, uploadId=upload, archiveSize=str(len(content)), checksum=tree_hash(content))
    refused(INVALID, "Checksum mismatch", glacier.complete_multipart_upload, **{**whole, "checksum": "0" * 64})
    completed = glacier.complete_multipart_upload(**whole)
    expect(len(completed["archiveId"]), 138, "length of the archive ID")
    expect(completed["checksum"], tree_hash(content), "returned checksum of the archive")
    expect(glacier.complete_multipart_upload(**whole)["archiveId"], completed["archiveId"], "archive ID of a repeated completion")
    refused(NOT_FOUND, "upload ID was not found", glacier.list_parts, vaultName=VAULT, uploadId=upload)
    expect(glacier.list_multipart_uploads(vaultName=VAULT)["UploadsList"], [], "uploads after the completion")
    return completed["archiveId"]


def retrieve(glacier, archive, content):
    """Retrieves an archive, whole and in part, and compares every byte."""
    job = glacier.initiate_job(
        vaultName=VAULT, jobParameters={"Type": "archive-retrieval", "ArchiveId": archive})["jobId"]
    described = glacier.describe_job(vaultName=VAULT, jobId=job)
    expect(described["StatusCode"], "Succeeded", "status of the job")
    expect(described["SHA256TreeHash"], tree_hash(content), "tree hash in the job")
    expect(described["ArchiveSizeInBytes"], len(content), "size in the job")
    expect(job in [entry["JobId"] for entry in glacier.list_jobs(vaultName=VAULT)["JobList"]], True, "job is listed")

    output = glacier.get_job_output(vaultName=VAULT, jobId=job)
    expect(output["status"], 200, "status of the output")
    expect(output["checksum"], tree_hash(content), "checksum of the output")
    expect(output["body"].read() == content, True, "the output equals the upload")

    ranged = glacier.get_job_output(vaultName=VAULT, jobId=job, range=f"bytes={MIB}-{2 * MIB - 1}")
    expect(ranged["status"], 206, "status of a range")
    expect(ranged["contentRange"], f"bytes {MIB}-{2 * MIB - 1}/{len(content)}", "range of the output")
    expect(ranged["checksum"], tree_hash(content[MIB:2 * MIB]), "checksum of a range")
    expect(ranged["body"].read() == content[MIB:2 * MIB], True, "the range equals the upload")


def main():
    endpoint, path, part_mib = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with open(path, "rb") as file:
        content = file.read()

    glacier = connect(endpoint)
    glacier.create_vault(vaultName=VAULT)
    glacier.create_vault(vaultName=VAULT)
    expect(VAULT in [vault["VaultName"] for vault in glacier.list_vaults()["VaultList"]], True, "vault is listed")
    expect(glacier.describe_vault(vaultName=VAULT)["VaultName"], VAULT, "name of the vault")

    archive = upload_in_parts(glacier, content, part_mib * MIB)
    retrieve(glacier, archive, content)

    single = glacier.upload_archive(vaultName=VAULT, archiveDescription="in one request", body=content)
    expect(single["checksum"], tree_hash(content), "returned checksum of the upload in one request")
    expect(single["archiveId"] != archive, True, "uploading the same content twice creates two archives")
    retrieve(glacier, single["archiveId"], content)

    aborted = glacier.initiate_multipart_upload(vaultName=VAULT, partSize=str(MIB))["uploadId"]
    glacier.upload_multipart_part(
        vaultName=VAULT, uploadId=aborted, range=f"bytes 0-{MIB - 1}/*", body=content[:MIB])
    glacier.abort_multipart_upload(vaultName=VAULT, uploadId=aborted)
    refused(NOT_FOUND, "upload ID was not found", glacier.list_parts, vaultName=VAULT, uploadId=aborted)

    refused(INVALID, "not empty", glacier.delete_vault, vaultName=VAULT)
    for unwanted in (archive, single["archiveId"], archive):
        glacier.delete_archive(vaultName=VAULT, archiveId=unwanted)
    glacier.delete_vault(vaultName=VAULT)
    refused(NOT_FOUND, "Vault not found", glacier.describe_vault, vaultName=VAULT)


if __name__ == "__main__":
    main()
