"""What every script here needs: boto3's own client, and a plain way to say what it must get.

Credentials and region come from the environment, as for any program that uses boto3.
"""

import hashlib
import json
import os
import random
from contextlib import contextmanager

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

MIB = 1024 * 1024

# The documented errors, with their HTTP status and the `type` in their body.
INVALID = ("InvalidParameterValueException", 400, "Client")
LIMIT = ("LimitExceededException", 400, "Client")
MISSING = ("MissingParameterValueException", 400, "Client")
NOT_FOUND = ("ResourceNotFoundException", 404, "Client")
POLICY_ENFORCED = ("PolicyEnforcedException", 400, "Client")
TIMEOUT = ("RequestTimeoutException", 408, "Client")
UNAVAILABLE = ("ServiceUnavailableException", 500, "Server")

# Not in boto3's model, but in the API guide.
ACCESS_DENIED = ("AccessDeniedException", 403, "Client")
WRONG_SIGNATURE = ("InvalidSignatureException", 403, "Client")


class Exercised:
    """What was seen of the API: operations that were done, and errors of operations that were checked."""

    def __init__(self):
        self.done = set()
        self.errors = set()


def connect(endpoint, exercised=None, keys=None, **config):
    """A client without retries: whatever is refused or broken is to be seen. Its keys are those of the environment, but for
    what is given here."""
    environment = {"aws_access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
                   "aws_secret_access_key": os.environ["AWS_SECRET_ACCESS_KEY"]}
    client = boto3.client(
        "glacier", endpoint_url=endpoint, config=Config(retries={"total_max_attempts": 1}, **config),
        **(environment | keys if keys else {}))
    client.exercised = exercised or Exercised()

    def after_call(http_response, model, **_):
        client.last_answer = http_response
        if http_response.status_code < 300:
            client.exercised.done.add(model.name)

    client.meta.events.register("after-call.glacier", after_call)
    return client


def expect(actual, expected, what):
    if actual != expected:
        raise AssertionError(f"{what}: expected {expected!r}, got {actual!r}")


def expect_keys(document, expected, what):
    """Compares the values of the expected keys; others may be there besides."""
    expect({key: document.get(key) for key in expected}, expected, what)


def refused(error, reason, call, **arguments):
    """Makes a call that must be refused, and checks all parts of the error: what boto3 makes of it and what came."""
    code, status, kind = error
    try:
        call(**arguments)
    except ClientError as refusal:
        client = call.__self__
        what = f"{call.__name__}, refused with {refusal}"
        expect(refusal.response["Error"]["Code"], code, f"code of {what}")
        expect(refusal.response["ResponseMetadata"]["HTTPStatusCode"], status, f"status of {what}")
        expect(len(refusal.response["ResponseMetadata"]["RequestId"]), 47, f"length of the request ID of {what}")
        expect(reason in refusal.response["Error"]["Message"], True, f"{reason!r} is said by {what}")
        if hasattr(client.exceptions, code):
            expect(isinstance(refusal, getattr(client.exceptions, code)), True, f"class of {what}")
        expect(client.last_answer.headers["x-amzn-ErrorType"], code, f"header of {what}")
        body = json.loads(client.last_answer.content)
        expect(sorted(body), ["code", "message", "type"], f"fields of {what}")
        expect((body["code"], body["type"]), (code, kind), f"code and type in the body of {what}")
        client.exercised.errors.add((operation_of(call), code))
        return refusal
    raise AssertionError(f"{call.__name__} was not refused with {code}")


def operation_of(call):
    """The API's name of a method of the client."""
    return call.__self__.meta.method_to_api_mapping[call.__name__]


@contextmanager
def altered(client, alter):
    """Changes requests just before they are signed, to send what boto3 by itself never sends."""

    def before_sign(request, **_):
        alter(request.headers)

    client.meta.events.register("before-sign.glacier", before_sign)
    try:
        yield
    finally:
        client.meta.events.unregister("before-sign.glacier", before_sign)


def without(header):
    def alter(headers):
        del headers[header]

    return alter


def with_value(header, value):
    def alter(headers):
        del headers[header]
        headers[header] = value

    return alter


@contextmanager
def new_vault(client, name):
    """A vault for one purpose. It is deleted afterwards, which works only if everything in it is gone."""
    client.create_vault(vaultName=name)
    yield name
    client.delete_vault(vaultName=name)


def content(length, seed):
    return random.Random(seed).randbytes(length)


def tree_hash(data):
    """The tree hash, computed the plain way and by nobody else's code."""
    nodes = [hashlib.sha256(data[at:at + MIB]).digest() for at in range(0, len(data), MIB)]
    while len(nodes) > 1:
        pairs = [nodes[at:at + 2] for at in range(0, len(nodes), 2)]
        nodes = [hashlib.sha256(b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return nodes[0].hex()
