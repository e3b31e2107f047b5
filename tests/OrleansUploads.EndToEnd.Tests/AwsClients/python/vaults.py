"""CreateVault, DescribeVault, ListVaults, DeleteVault, and the waiters for them."""

import re

from botocore.exceptions import WaiterError

from glacier_client import INVALID, LIMIT, NOT_FOUND, expect, expect_keys, refused

# The value of --max-vaults of the server under test.
MAX_VAULTS = 30

NAMES = [f"vault.{number:02}_-X" for number in range(MAX_VAULTS)]
ONE_TRY = {"Delay": 1, "MaxAttempts": 1}


def run(glacier, unvalidated):
    created = create_and_describe(glacier)
    fill_the_account(glacier)
    list_in_pages(glacier)
    refuse(glacier, unvalidated)
    delete(glacier, created)


def create_and_describe(glacier):
    name = NAMES[0]
    expect(wait_fails(glacier.get_waiter("vault_exists"), name), True, "waiting for a missing vault fails")
    created = glacier.create_vault(vaultName=name)
    expect(created["ResponseMetadata"]["HTTPStatusCode"], 201, "status of the creation")
    account = re.fullmatch(rf"/(\d{{12}})/vaults/{re.escape(name)}", created["location"]).group(1)
    glacier.get_waiter("vault_exists").wait(vaultName=name, WaiterConfig=ONE_TRY)

    described = glacier.describe_vault(vaultName=name)
    arn = f"arn:aws:glacier:us-east-1:{account}:vaults/{name}"
    expect_keys(
        described,
        {"VaultName": name, "VaultARN": arn, "NumberOfArchives": 0, "SizeInBytes": 0, "LastInventoryDate": None},
        "new vault")
    expect(bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", described["CreationDate"])), True, "format of a date")
    expect(glacier.create_vault(vaultName=name)["location"], created["location"], "location of a repeated creation")
    expect(
        glacier.describe_vault(accountId=account, vaultName=name)["CreationDate"], described["CreationDate"],
        "a repeated creation changes nothing, and the account may be given by its ID")
    return name


def fill_the_account(glacier):
    for name in NAMES[1:]:
        glacier.create_vault(vaultName=name)
    refused(LIMIT, f"has {MAX_VAULTS} vaults", glacier.create_vault, vaultName="one-too-many")
    again = glacier.create_vault(vaultName=NAMES[3])
    expect(again["ResponseMetadata"]["HTTPStatusCode"], 201, "creation of an existing vault in a full account")


def list_in_pages(glacier):
    first = glacier.list_vaults()
    expect(names_of(first), NAMES[:10], "a page of ten by default")
    expect(names_of(glacier.list_vaults(limit="1000")), NAMES[:10], "a limit above the maximum")
    expect(names_of(glacier.list_vaults(marker=first["Marker"], limit="5")), NAMES[10:15], "the page after the first")

    paginator = glacier.get_paginator("list_vaults")
    pages = [names_of(page) for page in paginator.paginate(PaginationConfig={"PageSize": 7})]
    expect(pages, [NAMES[at:at + 7] for at in range(0, MAX_VAULTS, 7)], "pages of seven")
    start = paginator.paginate(PaginationConfig={"PageSize": 5, "MaxItems": 5}).build_full_result()
    expect(names_of(start), NAMES[:5], "the first five vaults")
    rest = paginator.paginate(PaginationConfig={"StartingToken": start["NextToken"]}).build_full_result()
    expect(names_of(rest), NAMES[5:], "all vaults after the first five")


def refuse(glacier, unvalidated):
    refused(INVALID, "Invalid vault name", glacier.create_vault, vaultName="a blank")
    refused(INVALID, "Invalid vault name", glacier.create_vault, vaultName="n" * 256)
    refused(INVALID, "Invalid limit: 0", glacier.list_vaults, limit="0")
    refused(INVALID, "Invalid limit: many", glacier.list_vaults, limit="many")
    refused(INVALID, "Invalid marker", glacier.list_vaults, marker="invalid-marker")
    refused(NOT_FOUND, "Vault not found", glacier.describe_vault, vaultName="a blank")
    refused(NOT_FOUND, "Vault not found", unvalidated.describe_vault, vaultName="vault.00_-x")


def delete(glacier, name):
    upload = glacier.initiate_multipart_upload(vaultName=name, partSize="1048576")["uploadId"]
    glacier.delete_vault(vaultName=name)
    glacier.create_vault(vaultName=name)
    refused(NOT_FOUND, "upload ID was not found", glacier.list_parts, vaultName=name, uploadId=upload)
    archive = glacier.upload_archive(vaultName=name, body=b"archive")["archiveId"]
    refused(INVALID, "Vault not empty or recently written to", glacier.delete_vault, vaultName=name)
    glacier.delete_archive(vaultName=name, archiveId=archive)

    expect(wait_fails(glacier.get_waiter("vault_not_exists"), name), True, "waiting for the deletion of an existing vault fails")
    for unwanted in NAMES:
        deleted = glacier.delete_vault(vaultName=unwanted)
        expect(deleted["ResponseMetadata"]["HTTPStatusCode"], 204, "status of a deletion")
    glacier.get_waiter("vault_not_exists").wait(vaultName=name, WaiterConfig=ONE_TRY)
    refused(NOT_FOUND, "Vault not found", glacier.delete_vault, vaultName=name)
    expect(glacier.list_vaults()["VaultList"], [], "vaults after all deletions")


def names_of(page):
    return [vault["VaultName"] for vault in page["VaultList"]]


def wait_fails(waiter, name):
    try:
        waiter.wait(vaultName=name, WaiterConfig=ONE_TRY)
    except WaiterError:
        return True
    return False
