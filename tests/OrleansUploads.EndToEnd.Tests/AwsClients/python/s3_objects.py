"""boto3's S3 client against a server: buckets, objects, listings, multipart uploads and presigned URLs.

Usage: s3_objects.py ENDPOINT FOLDER
"""

import hashlib
import io
import os
import random
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

MIB = 1024 * 1024
ODD_KEYS = ["plain", "with space", "a+b", "100%", "%2F", "é€😀", "//double", "dir/../up", "./dot", "dir/", "q?x=1&y#z", "ctrl\x01",
            "x" * 1024]


def expect(actual, expected, what):
    if actual != expected:
        raise AssertionError(f"{what}: expected {expected!r}, got {actual!r}")


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as refusal:
        expect(refusal.response["Error"]["Code"], code, f"code of {call.__name__}")
        return
    raise AssertionError(f"{call.__name__} was not refused with {code}")


def content(length, seed):
    return random.Random(seed).randbytes(length)


def buckets(s3):
    s3.create_bucket(Bucket="boto-first")
    s3.create_bucket(Bucket="boto-first")
    expect([bucket["Name"] for bucket in s3.list_buckets()["Buckets"]], ["boto-first"], "buckets")
    expect(s3.get_bucket_location(Bucket="boto-first")["LocationConstraint"], None, "location")
    s3.head_bucket(Bucket="boto-first")
    refused("404", s3.head_bucket, Bucket="boto-second")
    refused("NoSuchBucketPolicy", s3.get_bucket_policy, Bucket="boto-first")
    expect(s3.get_bucket_acl(Bucket="boto-first")["Grants"][0]["Permission"], "FULL_CONTROL", "ACL")
    expect("Status" in s3.get_bucket_versioning(Bucket="boto-first"), False, "versioning")
    refused("NotImplemented", s3.put_bucket_versioning, Bucket="boto-first",
            VersioningConfiguration={"Status": "Enabled"})


def odd_keys(s3, bucket):
    for number, key in enumerate(ODD_KEYS):
        s3.put_object(Bucket=bucket, Key=key, Body=content(number, number), Metadata={"number": str(number)})
    for number, key in enumerate(ODD_KEYS):
        got = s3.get_object(Bucket=bucket, Key=key)
        expect(got["Body"].read(), content(number, number), f"bytes of {key!r}")
        expect(got["Metadata"], {"number": str(number)}, f"metadata of {key!r}")
        expect(got["ETag"].strip('"'), hashlib.md5(content(number, number)).hexdigest(), f"ETag of {key!r}")
    listed = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    expect(listed, sorted(ODD_KEYS, key=lambda key: key.encode()), "listed keys")
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in ODD_KEYS if key != "ctrl\x01"]})
    expect(len(deleted["Deleted"]), len(ODD_KEYS) - 1, "deleted keys")
    s3.delete_object(Bucket=bucket, Key="ctrl\x01")
    expect(s3.list_objects_v2(Bucket=bucket)["KeyCount"], 0, "keys after deletion")


def pages(s3, bucket):
    keys = [f"page/{number:03}/k" for number in range(105)]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    for operation in ("list_objects", "list_objects_v2"):
        found = []
        for page in s3.get_paginator(operation).paginate(Bucket=bucket, PaginationConfig={"PageSize": 10}):
            found += [item["Key"] for item in page["Contents"]]
        expect(found, keys, operation)
        prefixes = []
        for page in s3.get_paginator(operation).paginate(
                Bucket=bucket, Prefix="page/", Delimiter="/", PaginationConfig={"PageSize": 10}):
            prefixes += [item["Prefix"] for item in page["CommonPrefixes"]]
        expect(prefixes, [f"page/{number:03}/" for number in range(105)], f"common prefixes of {operation}")
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True})


def many_keys(s3, bucket):
    keys = [f"many/{number:04}" for number in range(1001)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda key: s3.put_object(Bucket=bucket, Key=key, Body=b"x"), keys))
    first = s3.list_objects_v2(Bucket=bucket)
    expect((first["KeyCount"], first["IsTruncated"]), (1000, True), "first page of many keys")
    resource = boto3.resource("s3", endpoint_url=s3.meta.endpoint_url).Bucket(bucket)
    expect([item.key for item in resource.objects.filter(Prefix="many/")], keys, "many keys")
    expect([version.object_key for version in resource.object_versions.filter(Prefix="many/")], keys, "many versions")
    resource.object_versions.filter(Prefix="many/").delete()
    expect(s3.list_objects_v2(Bucket=bucket)["KeyCount"], 0, "many keys after deletion")


def resources(s3, bucket, folder):
    path = os.path.join(folder, "uploaded")
    with open(path, "wb") as file:
        file.write(content(9 * MIB, 9))
    for key in ("a b+c%", "é€😀", "//double", "dir/../up"):
        item = boto3.resource("s3", endpoint_url=s3.meta.endpoint_url).Object(bucket, key)
        item.upload_file(path, ExtraArgs={"ContentType": "a/b"})
        expect((item.content_length, item.content_type), (9 * MIB, "a/b"), f"headers of {key!r}")
        expect(item.get()["Body"].read() == content(9 * MIB, 9), True, f"bytes of {key!r}")
        item.delete()


def reads(s3, bucket):
    data = content(100_000, 1)
    tag = s3.put_object(Bucket=bucket, Key="k", Body=data, ContentType="a/b", CacheControl="no-store", StorageClass="STANDARD_IA")["ETag"]
    head = s3.head_object(Bucket=bucket, Key="k")
    expect((head["ContentType"], head["CacheControl"], head["StorageClass"], head["ContentLength"]),
           ("a/b", "no-store", "STANDARD_IA", len(data)), "headers")
    part = s3.get_object(Bucket=bucket, Key="k", Range="bytes=10-19")
    expect((part["Body"].read(), part["ContentRange"]), (data[10:20], "bytes 10-19/100000"), "range")
    refused("InvalidRange", s3.get_object, Bucket=bucket, Key="k", Range="bytes=100000-")
    refused("304", s3.get_object, Bucket=bucket, Key="k", IfNoneMatch=tag)
    refused("PreconditionFailed", s3.get_object, Bucket=bucket, Key="k", IfMatch='"x"')
    refused("NoSuchKey", s3.get_object, Bucket=bucket, Key="absent")
    refused("404", s3.head_object, Bucket=bucket, Key="absent")
    refused("NotImplemented", s3.put_object, Bucket=bucket, Key="k", Body=b"", ServerSideEncryption="aws:kms")
    expect(s3.get_object_acl(Bucket=bucket, Key="k")["Grants"][0]["Permission"], "FULL_CONTROL", "ACL of an object")
    refused("NotImplemented", s3.put_object_acl, Bucket=bucket, Key="k", ACL="public-read")
    expect(s3.get_object(Bucket=bucket, Key="k")["Body"].read(), data, "bytes after refused requests")
    tags = [{"Key": "colour", "Value": "blue + green"}]
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": tags})
    expect(s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"], tags, "tags")
    s3.copy_object(Bucket=bucket, Key="copied k", CopySource={"Bucket": bucket, "Key": "k"})
    expect(s3.get_object(Bucket=bucket, Key="copied k")["Body"].read(), data, "bytes of a copy")
    expect(s3.get_object_tagging(Bucket=bucket, Key="copied k")["TagSet"], tags, "tags of a copy")
    attributes = s3.get_object_attributes(Bucket=bucket, Key="copied k", ObjectAttributes=["ETag", "ObjectSize"])
    expect((attributes["ETag"], attributes["ObjectSize"]), (hashlib.md5(data).hexdigest(), len(data)), "attributes")
    s3.delete_object_tagging(Bucket=bucket, Key="k")
    expect(s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"], [], "removed tags")
    s3.delete_object(Bucket=bucket, Key="copied k")
    # For presigned URLs, boto3 still defaults to Signature Version 2.
    signer = boto3.client("s3", endpoint_url=s3.meta.endpoint_url, config=Config(signature_version="s3v4"))
    url = signer.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=60)
    expect(urllib.request.urlopen(url).read(), data, "bytes by presigned URL")
    s3.delete_object(Bucket=bucket, Key="k")


def checksums(s3, bucket):
    for algorithm in ("CRC32", "SHA1", "SHA256"):
        put = s3.put_object(Bucket=bucket, Key="c", Body=io.BytesIO(b"hello"), ChecksumAlgorithm=algorithm)
        got = s3.get_object(Bucket=bucket, Key="c", ChecksumMode="ENABLED")
        expect(got["Body"].read(), b"hello", f"bytes with {algorithm}")
        expect(got[f"Checksum{algorithm}"], put[f"Checksum{algorithm}"], f"checksum {algorithm}")
    s3.delete_object(Bucket=bucket, Key="c")


def transfers(s3, bucket, folder):
    config = TransferConfig(multipart_threshold=8 * MIB, multipart_chunksize=8 * MIB, max_concurrency=4)
    for length in (0, 1, 8 * MIB - 1, 8 * MIB, 20 * MIB + 12_345):
        data = content(length, length)
        s3.upload_fileobj(io.BytesIO(data), bucket, "transfer", Config=config, ExtraArgs={"Metadata": {"a": "b"}})
        path = os.path.join(folder, "downloaded")
        s3.download_file(bucket, "transfer", path, Config=config)
        with open(path, "rb") as file:
            expect(file.read() == data, True, f"bytes of a transfer of {length}")
        expect(s3.head_object(Bucket=bucket, Key="transfer")["Metadata"], {"a": "b"}, "metadata of a transfer")
    boto3.resource("s3", endpoint_url=s3.meta.endpoint_url).Bucket(bucket).objects.all().delete()


def multipart(s3, bucket):
    data = content(5 * MIB, 1)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="m", ContentType="x/y")["UploadId"]
    name = {"Bucket": bucket, "Key": "m", "UploadId": upload}
    tags = [s3.upload_part(**name, PartNumber=number, Body=part)["ETag"] for number, part in ((1, data), (2, b"end"))]
    expect([part["PartNumber"] for part in s3.list_parts(**name)["Parts"]], [1, 2], "parts")
    expect([item["UploadId"] for item in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]], [upload], "uploads")
    parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]
    refused("InvalidPartOrder", s3.complete_multipart_upload, **name, MultipartUpload={"Parts": parts[::-1]})
    first = s3.complete_multipart_upload(**name, MultipartUpload={"Parts": parts})
    again = s3.complete_multipart_upload(**name, MultipartUpload={"Parts": parts})
    digests = hashlib.md5(data).digest() + hashlib.md5(b"end").digest()
    expect((first["ETag"], again["ETag"]), (f'"{hashlib.md5(digests).hexdigest()}-2"',) * 2, "ETags")
    part = s3.get_object(Bucket=bucket, Key="m", PartNumber=2)
    expect((part["Body"].read(), part["PartsCount"], part["ContentType"]), (b"end", 2, "x/y"), "part")
    s3.delete_object(Bucket=bucket, Key="m")

    upload = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
    s3.abort_multipart_upload(Bucket=bucket, Key="m", UploadId=upload)
    refused("NoSuchUpload", s3.upload_part, Bucket=bucket, Key="m", UploadId=upload, PartNumber=1, Body=b"x")


def archived(s3, bucket):
    for storage_class, tier in (("GLACIER", "Expedited"), ("DEEP_ARCHIVE", "Bulk")):
        s3.put_object(Bucket=bucket, Key="a", Body=b"kept", StorageClass=storage_class)
        expect(s3.list_objects_v2(Bucket=bucket)["Contents"][0]["StorageClass"], storage_class, "listed storage class")
        refused("InvalidObjectState", s3.get_object, Bucket=bucket, Key="a")
        expect("Restore" in s3.head_object(Bucket=bucket, Key="a"), False, "restore before it is requested")
        s3.restore_object(Bucket=bucket, Key="a", RestoreRequest={"Days": 2, "GlacierJobParameters": {"Tier": tier}})
        restore = s3.head_object(Bucket=bucket, Key="a")["Restore"]
        expect(restore.startswith('ongoing-request="false", expiry-date="'), True, f"restore {restore!r}")
        expect(s3.get_object(Bucket=bucket, Key="a")["Body"].read(), b"kept", "restored bytes")
    resource = boto3.resource("s3", endpoint_url=s3.meta.endpoint_url).Object(bucket, "a")
    expect((resource.storage_class, resource.restore), ("DEEP_ARCHIVE", restore), "resource")
    s3.delete_object(Bucket=bucket, Key="a")


def main(endpoint, folder):
    s3 = boto3.client("s3", endpoint_url=endpoint, config=Config(retries={"total_max_attempts": 1}))
    buckets(s3)
    odd_keys(s3, "boto-first")
    pages(s3, "boto-first")
    reads(s3, "boto-first")
    checksums(s3, "boto-first")
    transfers(s3, "boto-first", folder)
    resources(s3, "boto-first", folder)
    many_keys(s3, "boto-first")
    multipart(s3, "boto-first")
    archived(s3, "boto-first")
    s3.delete_bucket(Bucket="boto-first")
    expect(s3.list_buckets()["Buckets"], [], "buckets after deletion")


main(*sys.argv[1:])
