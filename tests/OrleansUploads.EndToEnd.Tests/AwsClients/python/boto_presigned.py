"""boto 2's URLs for reading and writing an object. Usage: boto_presigned.py ENDPOINT"""

import sys
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import boto3
from boto.s3.connection import OrdinaryCallingFormat, S3Connection

BUCKET = "boto-presigned"
server = urlsplit(sys.argv[1])
boto3.client("s3", endpoint_url=sys.argv[1]).create_bucket(Bucket=BUCKET)
connection = S3Connection(host=server.hostname, port=server.port, is_secure=False, calling_format=OrdinaryCallingFormat())
for key in ("plain", "a b+c", "é"):
    put = connection.generate_url(60, "PUT", BUCKET, key, headers={"Content-Type": "text/plain", "x-amz-meta-colour": "blue"})
    assert "AWSAccessKeyId=" in put, put
    with urlopen(Request(put, b"hello", {"Content-Type": "text/plain", "x-amz-meta-colour": "blue"}, method="PUT")) as answer:
        assert answer.status == 200
    with urlopen(connection.generate_url(60, "GET", BUCKET, key, response_headers={"response-content-type": "text/html"})) as answer:
        assert answer.read() == b"hello"
        assert (answer.headers["Content-Type"], answer.headers["x-amz-meta-colour"]) == ("text/html", "blue")
