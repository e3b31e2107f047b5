"""The six operations of multipart uploads."""

from glacier_client import (
    INVALID, MIB, MISSING, NOT_FOUND, WRONG_SIGNATURE, altered, content, expect, expect_keys, new_vault, refused, tree_hash,
    with_value, without)

BYTES = content(4 * MIB + 5, seed=12)
STARTS = range(0, len(BYTES), MIB)


def run(glacier, unvalidated):
    with new_vault(glacier, "multipart") as vault:
        upload = initiate(glacier, vault)
        send_parts(glacier, vault, upload)
        list_parts_in_pages(glacier, vault, upload)
        refuse_parts(glacier, vault, upload)
        refuse_completions(glacier, vault, upload)
        archive = complete(glacier, vault, upload)
        list_uploads_in_pages(glacier, vault)
        abort(glacier, vault)
        refuse_unknown(glacier, vault)
        glacier.delete_archive(vaultName=vault, archiveId=archive)


def initiate(glacier, vault):
    initiated = glacier.initiate_multipart_upload(vaultName=vault, archiveDescription="in parts", partSize=str(MIB))
    upload = initiated["uploadId"]
    expect(len(upload), 92, "length of the upload ID")
    expect(initiated["location"].split("/")[2:], ["vaults", vault, "multipart-uploads", upload], "location of the upload")
    for size in ("3145728", "1048577", "524288", "8589934592", "-1048576", "large"):
        refused(
            INVALID, f"Invalid part size: {size}", glacier.initiate_multipart_upload, vaultName=vault, partSize=size)
    refused(INVALID, "Part size must not be null", glacier.initiate_multipart_upload, vaultName=vault)
    refused(
        INVALID, "archive-description", glacier.initiate_multipart_upload,
        vaultName=vault, partSize=str(MIB), archiveDescription="d" * 1025)
    return upload


def part(start, body=None):
    """Returns the arguments for a part, by default with the archive's bytes."""
    body = BYTES[start:start + MIB] if body is None else body
    return {"range": f"bytes {start}-{start + len(body) - 1}/*", "body": body}


def send_parts(glacier, vault, upload):
    """Sends the parts in reverse order. One is first sent with other bytes, and one is sent twice."""
    glacier.upload_multipart_part(vaultName=vault, uploadId=upload, **part(MIB, content(MIB, seed=13)))
    for start in [*reversed(STARTS), STARTS[2]]:
        sent = glacier.upload_multipart_part(vaultName=vault, uploadId=upload, **part(start))
        expect(sent["ResponseMetadata"]["HTTPStatusCode"], 204, "status of a part")
        expect(sent["checksum"], tree_hash(part(start)["body"]), f"returned checksum of the part at {start}")


def list_parts_in_pages(glacier, vault, upload):
    listed = glacier.list_parts(vaultName=vault, uploadId=upload)
    described = glacier.describe_vault(vaultName=vault)
    expect_keys(
        listed,
        {
            "MultipartUploadId": upload, "VaultARN": described["VaultARN"], "ArchiveDescription": "in parts",
            "PartSizeInBytes": MIB, "Marker": None,
        },
        "upload")
    expected = [
        {"RangeInBytes": f"{start}-{min(start + MIB, len(BYTES)) - 1}", "SHA256TreeHash": tree_hash(part(start)["body"])}
        for start in STARTS]
    expect(listed["Parts"], expected, "parts")
    paginator = glacier.get_paginator("list_parts")
    pages = paginator.paginate(vaultName=vault, uploadId=upload, PaginationConfig={"PageSize": 2})
    expect([page["Parts"] for page in pages], [expected[at:at + 2] for at in (0, 2, 4)], "parts in pages of two")
    refused(INVALID, "Invalid limit: 0", glacier.list_parts, vaultName=vault, uploadId=upload, limit="0")
    refused(INVALID, "Invalid marker", glacier.list_parts, vaultName=vault, uploadId=upload, marker="invalid-marker")


def refuse_parts(glacier, vault, upload):
    def refuse(error, reason, **arguments):
        refused(error, reason, glacier.upload_multipart_part, vaultName=vault, uploadId=upload, **arguments)

    refuse(INVALID, "Checksum mismatch", checksum="0" * 64, **part(0))
    refuse(INVALID, "must be a multiple of the part size", **part(7))
    refuse(INVALID, "the part size is 1048576 bytes", **part(0, BYTES[:MIB + 1]))
    refuse(INVALID, "at most 10000 parts", **part(10_000 * MIB, b"x"))
    refuse(INVALID, "is incompatible with Content-Length", range="bytes 0-9/*", body=b"x")
    refuse(INVALID, "Invalid Content-Range", range="bytes=0-0/*", body=b"x")
    refuse(INVALID, "Invalid Content-Range", range="bytes 9-0/*", body=b"x")
    refuse(MISSING, "Content-Range", body=b"x")
    with altered(glacier, without("x-amz-sha256-tree-hash")):
        refuse(MISSING, "x-amz-sha256-tree-hash", **part(0))
    with altered(glacier, with_value("x-amz-content-sha256", "0" * 64)):
        refuse(WRONG_SIGNATURE, "does not match the computed payload hash", **part(0))


def refuse_completions(glacier, vault, upload):
    def refuse(error, reason, **arguments):
        refused(error, reason, glacier.complete_multipart_upload, vaultName=vault, uploadId=upload, **arguments)

    correct = tree_hash(BYTES)
    refuse(MISSING, "x-amz-archive-size", checksum=correct)
    refuse(MISSING, "x-amz-sha256-tree-hash", archiveSize=str(len(BYTES)))
    refuse(INVALID, "Invalid x-amz-archive-size: all", archiveSize="all", checksum=correct)
    refuse(INVALID, "The uploaded parts add up to", archiveSize=str(len(BYTES) + 1), checksum=correct)
    refuse(INVALID, "Checksum mismatch", archiveSize=str(len(BYTES)), checksum="0" * 64)
    refuse(INVALID, "It must be 64 hex digits", archiveSize=str(len(BYTES)), checksum="0")

    gap = glacier.initiate_multipart_upload(vaultName=vault, partSize=str(MIB))["uploadId"]
    completion = {"vaultName": vault, "uploadId": gap, "archiveSize": str(2 * MIB), "checksum": correct}
    refused(INVALID, "The upload has no parts", glacier.complete_multipart_upload, **completion)
    glacier.upload_multipart_part(vaultName=vault, uploadId=gap, **part(MIB))
    refused(INVALID, "the bytes 0-1048575 were never uploaded", glacier.complete_multipart_upload, **completion)
    glacier.abort_multipart_upload(vaultName=vault, uploadId=gap)


def complete(glacier, vault, upload):
    whole = {"vaultName": vault, "uploadId": upload, "archiveSize": str(len(BYTES)), "checksum": tree_hash(BYTES)}
    completed = glacier.complete_multipart_upload(**whole)
    expect(completed["ResponseMetadata"]["HTTPStatusCode"], 201, "status of the completion")
    expect(len(completed["archiveId"]), 138, "length of the archive ID")
    expect(completed["checksum"], tree_hash(BYTES), "returned checksum of the archive")
    expect(
        completed["location"].split("/")[2:], ["vaults", vault, "archives", completed["archiveId"]],
        "location of the archive")
    again = glacier.complete_multipart_upload(**whole)
    for field in ("archiveId", "checksum", "location"):
        expect(again[field], completed[field], f"{field} of a repeated completion")
    refused(
        INVALID, f"it became the archive {completed['archiveId']}", glacier.complete_multipart_upload,
        **{**whole, "archiveSize": "1"})
    refused(NOT_FOUND, upload, glacier.list_parts, vaultName=vault, uploadId=upload)
    refused(NOT_FOUND, upload, glacier.upload_multipart_part, vaultName=vault, uploadId=upload, **part(0))
    refused(NOT_FOUND, upload, glacier.abort_multipart_upload, vaultName=vault, uploadId=upload)
    expect(glacier.describe_vault(vaultName=vault)["NumberOfArchives"], 1, "archives after two completions")
    return completed["archiveId"]


def list_uploads_in_pages(glacier, vault):
    sizes = {
        glacier.initiate_multipart_upload(
            vaultName=vault, partSize=str(MIB << number), archiveDescription=f"number {number}")["uploadId"]: MIB << number
        for number in range(5)}
    pages = list(glacier.get_paginator("list_multipart_uploads").paginate(
        vaultName=vault, PaginationConfig={"PageSize": 2}))
    expect([len(page["UploadsList"]) for page in pages], [2, 2, 1], "sizes of pages of two")
    listed = [upload for page in pages for upload in page["UploadsList"]]
    expect({entry["MultipartUploadId"]: entry["PartSizeInBytes"] for entry in listed}, sizes, "uploads in progress")
    expect(
        sorted(entry["ArchiveDescription"] for entry in listed), [f"number {number}" for number in range(5)], "descriptions")
    arn = glacier.describe_vault(vaultName=vault)["VaultARN"]
    expect({entry["VaultARN"] for entry in listed}, {arn}, "the uploads' vault")
    refused(INVALID, "Invalid limit: 0", glacier.list_multipart_uploads, vaultName=vault, limit="0")
    refused(INVALID, "Invalid marker", glacier.list_multipart_uploads, vaultName=vault, marker="invalid-marker")


def abort(glacier, vault):
    for entry in glacier.list_multipart_uploads(vaultName=vault)["UploadsList"]:
        upload = {"vaultName": vault, "uploadId": entry["MultipartUploadId"]}
        for _ in range(2):
            aborted = glacier.abort_multipart_upload(**upload)
            expect(aborted["ResponseMetadata"]["HTTPStatusCode"], 204, "status of an abort and of its repetition")
        refused(NOT_FOUND, "upload ID was not found", glacier.list_parts, **upload)
        refused(
            NOT_FOUND, "upload ID was not found", glacier.complete_multipart_upload, archiveSize="1", checksum="0" * 64,
            **upload)
    expect(glacier.list_multipart_uploads(vaultName=vault)["UploadsList"], [], "uploads after all aborts")


def refuse_unknown(glacier, vault):
    for unknown in ("u" * 92, "impossible"):
        upload = {"vaultName": vault, "uploadId": unknown}
        refused(NOT_FOUND, unknown, glacier.upload_multipart_part, **upload, **part(0))
        refused(NOT_FOUND, unknown, glacier.complete_multipart_upload, archiveSize="1", checksum="0" * 64, **upload)
        refused(NOT_FOUND, unknown, glacier.abort_multipart_upload, **upload)
        refused(NOT_FOUND, unknown, glacier.list_parts, **upload)
