"""The access policy and the vault lock: their seven operations and their effect."""

import json

from glacier_client import ACCESS_DENIED, INVALID, LIMIT, MISSING, NOT_FOUND, expect, expect_keys, new_vault, refused


def deny(action, condition=None):
    statement = {"Sid": "keep", "Effect": "Deny", "Principal": "*", "Action": f"glacier:{action}", "Resource": "*"}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=1)


TOO_LONG = json.dumps({"Version": "2012-10-17", "Id": "i" * 20_480, "Statement": []})
KEEP_A_YEAR = deny("DeleteArchive", {"NumericLessThan": {"glacier:ArchiveAgeInDays": "365"}})

# Invalid policies with the error and part of its message. They are the same for both kinds of policy.
INVALID_POLICIES = [
    (INVALID, "policy", "not a policy"),
    (INVALID, "Sometimes", deny("DeleteArchive").replace("Deny", "Sometimes")),
    (INVALID, "glacier:Explode", deny("Explode")),
    (LIMIT, "20480", TOO_LONG),
]


def run_access_policy(glacier, unvalidated):
    with new_vault(glacier, "access-policy") as vault:
        refused(NOT_FOUND, "No access policy", glacier.get_vault_access_policy, vaultName=vault)
        archive = glacier.upload_archive(vaultName=vault, body=b"archive")["archiveId"]
        for action in ("InitiateJob", "DeleteArchive"):
            answer = glacier.set_vault_access_policy(vaultName=vault, policy={"Policy": deny(action)})
            expect(answer["ResponseMetadata"]["HTTPStatusCode"], 204, "status of setting a policy")
            expect(
                glacier.get_vault_access_policy(vaultName=vault)["policy"], {"Policy": deny(action)},
                "the policy is returned as it was set")
        refused(ACCESS_DENIED, "keep", glacier.delete_archive, vaultName=vault, archiveId=archive)
        glacier.initiate_job(vaultName=vault, jobParameters={"Type": "archive-retrieval", "ArchiveId": archive})

        for error, reason, policy in INVALID_POLICIES:
            refused(error, reason, glacier.set_vault_access_policy, vaultName=vault, policy={"Policy": policy})
        refused(MISSING, "Policy", unvalidated.set_vault_access_policy, vaultName=vault, policy={})
        refused(MISSING, "Policy", glacier.set_vault_access_policy, vaultName=vault)
        refused(ACCESS_DENIED, "keep", glacier.delete_archive, vaultName=vault, archiveId=archive)

        for _ in range(2):
            answer = glacier.delete_vault_access_policy(vaultName=vault)
            expect(answer["ResponseMetadata"]["HTTPStatusCode"], 204, "status of a deletion and of its repetition")
        refused(NOT_FOUND, "No access policy", glacier.get_vault_access_policy, vaultName=vault)
        glacier.delete_archive(vaultName=vault, archiveId=archive)


def run_vault_lock(glacier, unvalidated):
    with new_vault(glacier, "vault-lock") as vault:
        without_lock(glacier, unvalidated, vault)
        archive = glacier.upload_archive(vaultName=vault, body=b"archive")["archiveId"]
        aborted = in_progress(glacier, vault, archive)
        glacier.delete_archive(vaultName=vault, archiveId=archive)
        lock_permanently(glacier, vault, aborted)


def without_lock(glacier, unvalidated, vault):
    refused(NOT_FOUND, "No lock is in progress", glacier.get_vault_lock, vaultName=vault)
    refused(NOT_FOUND, "No lock is in progress", glacier.complete_vault_lock, vaultName=vault, lockId="L" * 24)
    expect(glacier.abort_vault_lock(vaultName=vault)["ResponseMetadata"]["HTTPStatusCode"], 204, "abort without a lock")
    for error, reason, policy in INVALID_POLICIES:
        refused(error, reason, glacier.initiate_vault_lock, vaultName=vault, policy={"Policy": policy})
    refused(MISSING, "Policy", unvalidated.initiate_vault_lock, vaultName=vault, policy={})
    refused(MISSING, "Policy", glacier.initiate_vault_lock, vaultName=vault)


def in_progress(glacier, vault, archive):
    initiated = glacier.initiate_vault_lock(vaultName=vault, policy={"Policy": KEEP_A_YEAR})
    expect(initiated["ResponseMetadata"]["HTTPStatusCode"], 201, "status of the initiation")
    expect(len(initiated["lockId"]), 24, "length of the lock ID")
    lock = glacier.get_vault_lock(vaultName=vault)
    expect_keys(lock, {"Policy": KEEP_A_YEAR, "State": "InProgress"}, "lock in progress")
    expect(lock["CreationDate"][10:], lock["ExpirationDate"][10:], "the lock expires at the same time of day")
    expect(lock["CreationDate"] < lock["ExpirationDate"], True, "the lock expires after its creation")
    refused(ACCESS_DENIED, "in progress until", glacier.initiate_vault_lock, vaultName=vault, policy={"Policy": KEEP_A_YEAR})
    refused(INVALID, "Invalid lock ID", glacier.complete_vault_lock, vaultName=vault, lockId="L" * 24)
    refused(ACCESS_DENIED, "keep", glacier.delete_archive, vaultName=vault, archiveId=archive)

    answer = glacier.abort_vault_lock(vaultName=vault)
    expect(answer["ResponseMetadata"]["HTTPStatusCode"], 204, "status of the abort")
    refused(NOT_FOUND, "No lock is in progress", glacier.get_vault_lock, vaultName=vault)
    return initiated["lockId"]


def lock_permanently(glacier, vault, aborted):
    lock = glacier.initiate_vault_lock(vaultName=vault, policy={"Policy": KEEP_A_YEAR})["lockId"]
    refused(INVALID, "Invalid lock ID", glacier.complete_vault_lock, vaultName=vault, lockId=aborted)
    for _ in range(2):
        answer = glacier.complete_vault_lock(vaultName=vault, lockId=lock)
        expect(answer["ResponseMetadata"]["HTTPStatusCode"], 204, "status of the completion and of its repetition")
    expect_keys(
        glacier.get_vault_lock(vaultName=vault), {"Policy": KEEP_A_YEAR, "State": "Locked", "ExpirationDate": None}, "lock")
    refused(ACCESS_DENIED, "locked permanently", glacier.abort_vault_lock, vaultName=vault)
    refused(
        ACCESS_DENIED, "locked permanently", glacier.initiate_vault_lock, vaultName=vault,
        policy={"Policy": deny("DeleteVault")})
    refused(ACCESS_DENIED, "", glacier.complete_vault_lock, vaultName=vault, lockId="L" * 24)
