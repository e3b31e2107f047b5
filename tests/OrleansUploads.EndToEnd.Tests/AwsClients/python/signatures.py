"""Wrong keys, wrong accounts, and bodies that are not JSON."""

from botocore import UNSIGNED

from glacier_client import ACCESS_DENIED, WRONG_SIGNATURE, connect, refused

NO_SIGNATURE = ("MissingAuthenticationTokenException", 400, "Client")
NOT_JSON = ("SerializationException", 400, "Client")
UNKNOWN_KEY = ("UnrecognizedClientException", 400, "Client")


def run(endpoint, exercised):
    glacier = connect(endpoint, exercised)
    refused(ACCESS_DENIED, "which '-' stands for", glacier.list_vaults, accountId="123456789012")
    refused(ACCESS_DENIED, "which '-' stands for", glacier.describe_vault, accountId="123456789012", vaultName="vault")

    unsigned = connect(endpoint, exercised, signature_version=UNSIGNED)
    refused(NO_SIGNATURE, "Sign it with Signature Version 4", unsigned.list_vaults)
    stranger = connect(endpoint, exercised, keys={"aws_access_key_id": "AKIANOBODY0000000000"})
    refused(UNKNOWN_KEY, "AKIANOBODY0000000000", stranger.list_vaults)
    forger = connect(endpoint, exercised, keys={"aws_secret_access_key": "not-the-secret"})
    refused(WRONG_SIGNATURE, "does not match the signature", forger.list_vaults)

    glacier.meta.events.register("before-call.glacier", cut_body)
    refused(NOT_JSON, "not the JSON object", glacier.set_data_retrieval_policy, Policy={"Rules": []})


def cut_body(params, **_):
    """Cuts the body in half before it is signed."""
    params["body"] = params["body"][:len(params["body"]) // 2]
