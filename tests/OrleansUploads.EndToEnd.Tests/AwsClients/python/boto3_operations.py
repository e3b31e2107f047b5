"""Runs all operations of the API through boto3, and provokes each documented error of an undamaged server.

Usage: boto3_operations.py ENDPOINT

The server's account must be new. The server's options must be those that Boto3Operations.cs sets. Prints a report as JSON.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import account_settings
import archives
import every_operation
import inventories
import jobs
import multipart
import notifications
import policies
import resources
import signatures
import stalled
import tags
import vaults
from glacier_client import Exercised, connect
from report import Report

# Constant texts, so that the test finds them in the journal's file.
DAMAGED_VAULT = "to-be-damaged"
MARK = "a-bit-of-this-tag-will-be-flipped"


def main():
    endpoint, exercised = sys.argv[1], Exercised()
    glacier = connect(endpoint, exercised)
    unvalidated = connect(endpoint, exercised, parameter_validation=False)
    report = Report(exercised)

    # The area "vaults" runs first because it needs an account without vaults.
    report.attempt("vaults", vaults.run, glacier, unvalidated)
    with ThreadPoolExecutor(1) as background:
        stalled_bodies = background.submit(report.attempt, "stalled bodies", stalled.run, endpoint, exercised)
        for area, run in (
                ("archives", archives.run),
                ("multipart", multipart.run),
                ("jobs", jobs.run),
                ("inventories", inventories.run),
                ("tags", tags.run),
                ("notifications", notifications.run),
                ("access policy", policies.run_access_policy),
                ("vault lock", policies.run_vault_lock),
                ("account settings", account_settings.run)):
            report.attempt(area, run, glacier, unvalidated)
        stalled_bodies.result()
    report.attempt("resources", resources.run, endpoint)
    report.attempt("signatures", signatures.run, endpoint, exercised)
    report.attempt("every operation", every_operation.run, glacier, unvalidated)
    report.print(model=model_of(glacier), damage=report.attempt("preparation of damage", prepare_damage, glacier))


def prepare_damage(glacier):
    """Creates a vault whose journal the test will damage.

    Returns a text in the vault's journal and one in the account's.
    """
    glacier.create_vault(vaultName=DAMAGED_VAULT)
    glacier.add_tags_to_vault(vaultName=DAMAGED_VAULT, Tags={"mark": MARK})
    return [MARK, glacier.list_provisioned_capacity()["ProvisionedCapacityList"][0]["CapacityId"]]


def model_of(glacier):
    """Returns each operation in boto3's model with its documented errors."""
    model = glacier.meta.service_model
    return {name: [error.name for error in model.operation_model(name).error_shapes] for name in model.operation_names}


if __name__ == "__main__":
    main()
