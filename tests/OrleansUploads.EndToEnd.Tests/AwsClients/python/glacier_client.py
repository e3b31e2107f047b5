"""boto3's client with checks that all scripts share.

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

# The errors in boto3's model, with their HTTP status and the `type` in their body.
INVALID = ("InvalidParameterValueException", 400, "Client")
LIMIT = ("LimitExceededException", 400, "Client")
MISSING = ("MissingParameterValueException", 400, "Client")
NOT_FOUND = ("ResourceNotFoundException", 404, "Client")
POLICY_ENFORCED = ("PolicyEnforcedException", 400, "Client")
TIMEOUT = ("RequestTimeoutException", 408, "Client")
UNAVAILABLE = ("ServiceUnavailableException", 500, "Server")

# Errors that only the API guide documents.
ACCESS_DENIED = ("AccessDeniedException", 403, "Client")
WRONG_SIGNATURE = ("InvalidSignatureException", 403, "Client")


class Exercised:
    """The operations that succeeded, and the errors that were provoked and checked."""

    def __init__(self):
        self.done = set()
        self.errors = set()


def connect(endpoint, exercised=None, keys=None, **config):
    """Creates a client without retries, so that every failure is visible. `keys` replace those of the environment."""
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
    """Compares the values of the expected keys. The document may have other keys."""
    expect({key: document.get(key) for key in expected}, expected, what)


def refused(error, reason, call, **arguments):
    """Makes a call that must be refused. Checks boto3's exception and the response as received."""
    code, status, kind = error
    try:
        call(**arguments)
    except ClientError as refusal:
        client = call.__self__
        what = f"{call.__name__}, refused with {refusal}"
        expect(refusal.response["Error"]["Code"], code, f"code of {what}")
        expect(refusal.response["ResponseMetadata"]["HTTPStatusCode"], status, f"status of {what}")
        expect(len(refusal.response["ResponseMetadata"]["RequestId"]), 47, f"length of the request ID of {what}")
        expect(reason in refusal.response["Error"]["Message"], True, f"{reason!r} is in the message of {what}")
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
    """Returns the API name of a client method."""
    return call.__self__.meta.method_to_api_mapping[call.__name__]


@contextmanager
def altered(client, alter):
    """Changes requests just before they are signed, to send requests that boto3 never sends."""

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
    """Creates a vault and deletes it afterwards, which fails unless the vault is empty."""
    client.create_vault(vaultName=name)
    yield name
    client.delete_vault(vaultName=name)


def content(length, seed):
    return random.Random(seed).randbytes(length)


def tree_hash(data):
    """Computes the tree hash independently of the code under test."""
    nodes = [hashlib.sha256(data[at:at + MIB]).digest() for at in range(0, len(data), MIB)]
    while len(nodes) > 1:
        pairs = [nodes[at:at + 2] for at in range(0, len(nodes), 2)]
        nodes = [hashlib.sha256(b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return nodes[0].hex()
