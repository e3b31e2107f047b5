"""UploadArchive, DeleteArchive."""

import io

from glacier_client import (
    INVALID, MIB, MISSING, NOT_FOUND, WRONG_SIGNATURE, altered, content, expect, expect_keys, new_vault, refused, tree_hash,
    with_value, without)


def run(glacier, unvalidated):
    with new_vault(glacier, "archives") as vault:
        archives = upload(glacier, vault)
        refuse(glacier, unvalidated, vault)
        expect_keys(
            glacier.describe_vault(vaultName=vault),
            {"NumberOfArchives": len(archives), "SizeInBytes": 2 * (len(BYTES) + 32768) + 1 + 32768},
            "vault after the refusals")
        delete(glacier, vault, archives)


BYTES = content(2 * MIB + 3, seed=11)


def upload(glacier, vault):
    sent = glacier.upload_archive(vaultName=vault, archiveDescription="a  description, with \"signs\"", body=BYTES)
    expect(sent["ResponseMetadata"]["HTTPStatusCode"], 201, "status of an upload")
    expect(len(sent["archiveId"]), 138, "length of the archive ID")
    expect(sent["checksum"], tree_hash(BYTES), "returned checksum")
    expect(sent["location"].split("/")[2:], ["vaults", vault, "archives", sent["archiveId"]], "location of the archive")
    again = glacier.upload_archive(vaultName=vault, checksum=tree_hash(BYTES), body=io.BytesIO(BYTES))
    expect(again["archiveId"] != sent["archiveId"], True, "uploading the same content twice creates two archives")
    one_byte = glacier.upload_archive(vaultName=vault, body=b"a")
    expect(one_byte["checksum"], "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb", "checksum of one byte")
    return [sent["archiveId"], again["archiveId"], one_byte["archiveId"]]


def refuse(glacier, unvalidated, vault):
    body = {"vaultName": vault, "body": b"archive"}
    refused(INVALID, "Checksum mismatch", glacier.upload_archive, checksum="0" * 64, **body)
    refused(INVALID, "It must be 64 hex digits", glacier.upload_archive, checksum="nothing", **body)
    refused(INVALID, "Invalid x-amz-archive-description", glacier.upload_archive, archiveDescription="d" * 1025, **body)
    refused(INVALID, "Invalid Content-Length: 0", glacier.upload_archive, vaultName=vault, body=b"")
    refused(INVALID, "Invalid Content-Length: 0", unvalidated.upload_archive, vaultName=vault)
    with altered(glacier, without("x-amz-sha256-tree-hash")):
        refused(MISSING, "x-amz-sha256-tree-hash", glacier.upload_archive, **body)
    with altered(glacier, without("x-amz-content-sha256")):
        refused(MISSING, "x-amz-content-sha256", glacier.upload_archive, **body)
    with altered(glacier, with_value("x-amz-content-sha256", "0" * 64)):
        refused(WRONG_SIGNATURE, "does not match the computed payload hash", glacier.upload_archive, **body)


def delete(glacier, vault, archives):
    for archive in archives:
        for _ in range(2):
            deleted = glacier.delete_archive(vaultName=vault, archiveId=archive)
            expect(deleted["ResponseMetadata"]["HTTPStatusCode"], 204, "status of a deletion and of its repetition")
    refused(NOT_FOUND, "archive ID was not found", glacier.delete_archive, vaultName=vault, archiveId="a" * 138)
    refused(NOT_FOUND, "archive ID was not found", glacier.delete_archive, vaultName=vault, archiveId="impossible")
