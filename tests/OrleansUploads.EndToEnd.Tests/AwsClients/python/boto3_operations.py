"""All operations of the API, and each documented error that a working server can be made to give, through boto3.

Usage: boto3_operations.py ENDPOINT

The server's account must be new; its options are those of the test that starts this. Prints a report as JSON.
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

# Ever the same, so that it is found in the journal's file.
DAMAGED_VAULT = "to-be-damaged"
MARK = "a-bit-of-this-tag-is-to-be-flipped"


def main():
    endpoint, exercised = sys.argv[1], Exercised()
    glacier = connect(endpoint, exercised)
    careless = connect(endpoint, exercised, parameter_validation=False)
    report = Report(exercised)

    # The first needs all of the account's vaults.
    report.attempt("vaults", vaults.run, glacier, careless)
    with ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(report.attempt, "stalled bodies", stalled.run, endpoint, exercised)
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
            report.attempt(area, run, glacier, careless)
        waiting.result()
    report.attempt("resources", resources.run, endpoint)
    report.attempt("signatures", signatures.run, endpoint, exercised)
    report.attempt("every operation", every_operation.run, glacier, careless)
    report.print(model=model_of(glacier), damage=report.attempt("preparation of damage", prepare_damage, glacier))


def prepare_damage(glacier):
    """Leaves a vault behind.

    Returns texts that are in the journal of the vault and in that of the account.
    """
    glacier.create_vault(vaultName=DAMAGED_VAULT)
    glacier.add_tags_to_vault(vaultName=DAMAGED_VAULT, Tags={"mark": MARK})
    return [MARK, glacier.list_provisioned_capacity()["ProvisionedCapacityList"][0]["CapacityId"]]


def model_of(glacier):
    """Each operation that boto3 knows, with the errors that it documents."""
    model = glacier.meta.service_model
    return {name: [error.name for error in model.operation_model(name).error_shapes] for name in model.operation_names}


if __name__ == "__main__":
    main()
