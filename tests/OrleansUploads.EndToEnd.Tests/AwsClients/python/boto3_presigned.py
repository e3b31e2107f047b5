"""boto3's presigned URLs, with its default signature version and with both. Usage: boto3_presigned.py ENDPOINT"""

import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
from botocore.config import Config

BUCKET = "boto3-presigned"


def send(method, url, body=None, **headers):
    try:
        with urlopen(Request(url, body, {name.replace("_", "-"): value for name, value in headers.items()}, method=method)) as answer:
            return answer.status, answer.read(), answer.headers
    except HTTPError as refused:
        return refused.code, refused.read(), refused.headers


path_style = Config(s3={"addressing_style": "path"})
plain = boto3.client("s3", endpoint_url=sys.argv[1], config=path_style)
plain.create_bucket(Bucket=BUCKET)
for version in (None, "s3", "s3v4"):
    s3 = boto3.client("s3", endpoint_url=sys.argv[1], config=path_style.merge(Config(signature_version=version)))
    key = f"a b+é {version}"

    def presign(operation, **parameters):
        return s3.generate_presigned_url(operation, {"Bucket": BUCKET, "Key": key, **parameters}, 60)

    assert ("X-Amz-Signature" in presign("get_object")) == (version == "s3v4") or version is None
    put = presign("put_object", Metadata={"colour": "blue"}, ContentType="text/plain")
    headers = {"x-amz-meta-colour": "blue"} if "X-Amz-Signature" in put else {}
    status, body, _ = send("PUT", put, b"hello", content_type="text/plain", **headers)
    assert status == 200, (put, body)
    status, body, got = send("GET", presign("get_object", ResponseContentDisposition="attachment; filename=a b"))
    assert (status, body) == (200, b"hello"), body
    assert got["x-amz-meta-colour"] == "blue" and got["content-disposition"] == "attachment; filename=a b", got.items()
    assert send("HEAD", presign("head_object"))[0] == 200
    assert send("PUT", presign("get_object"), b"other")[0] == 403
    assert send("PUT", put.replace(BUCKET, BUCKET + "x"), b"other", content_type="text/plain", **headers)[0] == 403

    upload = plain.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
    status, _, part = send("PUT", presign("upload_part", UploadId=upload, PartNumber=1), b"part", content_type="")
    assert status == 200
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    plain.complete_multipart_upload(Bucket=BUCKET, Key=key, UploadId=upload, MultipartUpload=parts)
    assert send("GET", presign("get_object"))[1] == b"part"
