"""Errors that all 33 operations share."""

from glacier_client import INVALID, MISSING, NOT_FOUND, UNAVAILABLE, altered, expect, refused, with_value, without

VERSION = "x-amz-glacier-version"
UPLOAD = "u" * 92
CHECKSUM = "0" * 64
POLICY = {"Policy": '{"Version":"2012-10-17","Statement":[]}'}
NOTIFICATIONS = {"SNSTopic": "arn:aws:sns:us-east-1:111122223333:ready", "Events": ["ArchiveRetrievalCompleted"]}

ACCOUNT_OPERATIONS = {
    "list_vaults": {},
    "get_data_retrieval_policy": {},
    "set_data_retrieval_policy": {"Policy": {"Rules": [{"Strategy": "None"}]}},
    "list_provisioned_capacity": {},
    "purchase_provisioned_capacity": {},
}

# These also take a vault. All except create_vault need an existing one.
VAULT_OPERATIONS = {
    "create_vault": {},
    "describe_vault": {},
    "delete_vault": {},
    "upload_archive": {"body": b"archive"},
    "delete_archive": {"archiveId": "a" * 138},
    "initiate_multipart_upload": {"partSize": "1048576"},
    "upload_multipart_part": {"uploadId": UPLOAD, "range": "bytes 0-6/*", "body": b"archive"},
    "complete_multipart_upload": {"uploadId": UPLOAD, "archiveSize": "7", "checksum": CHECKSUM},
    "abort_multipart_upload": {"uploadId": UPLOAD},
    "list_parts": {"uploadId": UPLOAD},
    "list_multipart_uploads": {},
    "initiate_job": {"jobParameters": {"Type": "inventory-retrieval"}},
    "describe_job": {"jobId": "j" * 92},
    "list_jobs": {},
    "get_job_output": {"jobId": "j" * 92},
    "list_tags_for_vault": {},
    "add_tags_to_vault": {"Tags": {"key": "value"}},
    "remove_tags_from_vault": {"TagKeys": ["key"]},
    "set_vault_notifications": {"vaultNotificationConfig": NOTIFICATIONS},
    "get_vault_notifications": {},
    "delete_vault_notifications": {},
    "set_vault_access_policy": {"policy": POLICY},
    "get_vault_access_policy": {},
    "delete_vault_access_policy": {},
    "initiate_vault_lock": {"policy": POLICY},
    "get_vault_lock": {},
    "complete_vault_lock": {"lockId": "L" * 24},
    "abort_vault_lock": {},
}


def run(glacier, unvalidated):
    expect(
        sorted([*ACCOUNT_OPERATIONS, *VAULT_OPERATIONS]),
        sorted(name for name in glacier.meta.method_to_api_mapping), "the client's operations")
    before = glacier.list_vaults()["VaultList"]
    for name in VAULT_OPERATIONS.keys() - {"create_vault"}:
        refused(
            NOT_FOUND, "Vault not found for ARN", getattr(glacier, name), vaultName="no-such-vault", **VAULT_OPERATIONS[name])
    with altered(glacier, without(VERSION)):
        refuse_all(glacier, MISSING, "API version")
    with altered(glacier, with_value(VERSION, "2011-01-01")):
        refuse_all(glacier, INVALID, "The only version is 2012-06-01")
    expect(glacier.list_vaults()["VaultList"], before, "vaults after the refusals")


def run_damaged(glacier, vault):
    """Checks that all operations fail on a server with damaged journals of this vault and of the account."""
    refuse_all(glacier, UNAVAILABLE, "journal is damaged", vault)


def refuse_all(glacier, error, reason, vault="no-such-vault"):
    for name, arguments in ACCOUNT_OPERATIONS.items():
        refused(error, reason, getattr(glacier, name), **arguments)
    for name, arguments in VAULT_OPERATIONS.items():
        refused(error, reason, getattr(glacier, name), vaultName=vault, **arguments)
