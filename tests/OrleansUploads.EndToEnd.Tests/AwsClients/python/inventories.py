"""InitiateJob for inventories: as JSON and as CSV, in pages, by date."""

import json

from glacier_client import INVALID, MISSING, content, expect, expect_keys, new_vault, refused, tree_hash

DESCRIPTIONS = ['plain', 'a comma, and a "quote"', 'a back\\slash', '']


def run(glacier, unvalidated):
    with new_vault(glacier, "inventories") as vault:
        archives = {}
        for number, description in enumerate(DESCRIPTIONS):
            body = content(100 + number, seed=number)
            sent = glacier.upload_archive(vaultName=vault, body=body, archiveDescription=description)
            archives[sent["archiveId"]] = (description, len(body), tree_hash(body))

        order = take_json(glacier, vault, archives)
        take_csv(glacier, vault, archives)
        take_pages(glacier, vault, order)
        take_by_date(glacier, vault, order)
        refuse(unvalidated, vault)
        for archive in archives:
            glacier.delete_archive(vaultName=vault, archiveId=archive)


def initiate(glacier, vault, **parameters):
    return glacier.initiate_job(vaultName=vault, jobParameters={"Type": "inventory-retrieval", **parameters})["jobId"]


def take_json(glacier, vault, archives):
    job = initiate(glacier, vault, Description="as JSON")
    described = glacier.describe_job(vaultName=vault, jobId=job)
    expect_keys(
        described,
        {
            "Action": "InventoryRetrieval", "JobDescription": "as JSON", "ArchiveId": None, "ArchiveSizeInBytes": None,
            "SHA256TreeHash": None, "Tier": None, "RetrievalByteRange": None,
            "InventoryRetrievalParameters": {"Format": "JSON"},
        },
        "inventory job")
    output = glacier.get_job_output(vaultName=vault, jobId=job)
    expect_keys(output, {"status": 200, "contentType": "application/json", "checksum": None}, "inventory")
    text = output["body"].read()
    expect(described["InventorySizeInBytes"], len(text), "length in the job")
    inventory = json.loads(text)
    known = glacier.describe_vault(vaultName=vault)
    expect(inventory["VaultARN"], known["VaultARN"], "vault of the inventory")
    expect(inventory["InventoryDate"], known["LastInventoryDate"][:19] + "Z", "date of the inventory")
    listed = {
        entry["ArchiveId"]: (entry["ArchiveDescription"], entry["Size"], entry["SHA256TreeHash"])
        for entry in inventory["ArchiveList"]}
    expect(listed, archives, "archives in the inventory")

    ranged = glacier.get_job_output(vaultName=vault, jobId=job, range="bytes=1-20")
    expect_keys(ranged, {"status": 206, "contentRange": f"bytes 1-20/{len(text)}"}, "output range of an inventory")
    expect(ranged["body"].read(), text[1:21], "bytes of the range")
    return list(listed)


def take_csv(glacier, vault, archives):
    output = glacier.get_job_output(vaultName=vault, jobId=initiate(glacier, vault, Format="CSV"))
    expect(output["contentType"], "text/csv", "type of a CSV inventory")
    header, *lines = output["body"].read().decode("ascii").splitlines()
    expect(header, "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash", "header of a CSV inventory")
    expect(len(lines), len(archives), "lines of a CSV inventory")
    for archive, (description, length, checksum) in archives.items():
        is_quoted = any(character in description for character in ',"')
        field = '"' + description.replace('"', '\\"') + '"' if is_quoted else description
        line = next(line for line in lines if line.startswith(archive))
        expect(line.startswith(f"{archive},{field},20"), True, f"start of {line}")
        expect(line.endswith(f",{length},{checksum}"), True, f"end of {line}")


def archives_of(glacier, vault, job):
    return [
        entry["ArchiveId"]
        for entry in json.loads(glacier.get_job_output(vaultName=vault, jobId=job)["body"].read())["ArchiveList"]]


def take_pages(glacier, vault, order):
    pages, selection = [], {"Limit": "3"}
    while selection.get("Marker", "") is not None:
        job = initiate(glacier, vault, InventoryRetrievalParameters=selection)
        pages.append(archives_of(glacier, vault, job))
        parameters = glacier.describe_job(vaultName=vault, jobId=job)["InventoryRetrievalParameters"]
        expect(parameters["Limit"], "3", "limit in the job")
        selection = {"Limit": "3", "Marker": parameters.get("Marker")}
    expect(pages, [order[:3], order[3:]], "an inventory in pages of three")


def take_by_date(glacier, vault, order):
    for selection, expected in (
            ({"StartDate": "2020-01-01T00:00:00Z"}, order),
            ({"StartDate": "2020-01-01T00:00:00Z", "EndDate": "2020-01-02T00:00:00Z"}, []),
            ({"EndDate": "2999-01-01T00:00:00Z"}, order)):
        job = initiate(glacier, vault, InventoryRetrievalParameters=selection)
        expect(archives_of(glacier, vault, job), expected, f"archives selected by {selection}")


def refuse(unvalidated, vault):
    def refuse_selection(error, reason, **selection):
        refused(
            error, reason, unvalidated.initiate_job, vaultName=vault,
            jobParameters={"Type": "inventory-retrieval", "InventoryRetrievalParameters": selection})

    refuse_selection(INVALID, "Limit", Limit="0")
    refuse_selection(INVALID, "Marker", Marker="invalid-marker")
    refuse_selection(INVALID, "StartDate", StartDate="yesterday")
    refuse_selection(INVALID, "EndDate", EndDate="tomorrow")
    refused(MISSING, "type", unvalidated.initiate_job, vaultName=vault, jobParameters={"Format": "CSV"})
