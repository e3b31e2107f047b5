"""InitiateJob for archives, DescribeJob, ListJobs, GetJobOutput, and limits by the data retrieval policy."""

from glacier_client import (
    INVALID, MIB, MISSING, NOT_FOUND, POLICY_ENFORCED, content, expect, expect_keys, new_vault, refused, tree_hash)

BYTES = content(3 * MIB + 9, seed=14)
TOPIC = "arn:aws:sns:us-east-1:111122223333:no-receiver"


def run(glacier, unvalidated):
    with new_vault(glacier, "jobs") as vault:
        archive = glacier.upload_archive(vaultName=vault, archiveDescription="to retrieve", body=BYTES)["archiveId"]
        whole = retrieve_whole(glacier, vault, archive)
        ranged = retrieve_ranges(glacier, vault, archive)
        waiting = wait_for_bulk(glacier, vault, archive)
        list_in_pages(glacier, vault, [whole, *ranged, waiting])
        refuse_initiations(glacier, unvalidated, vault, archive)
        refuse_outputs(glacier, vault, whole)
        obey_policy(glacier, vault, archive)
        glacier.delete_archive(vaultName=vault, archiveId=archive)
        refused(
            NOT_FOUND, "archive ID was not found", glacier.initiate_job, vaultName=vault,
            jobParameters={"Type": "archive-retrieval", "ArchiveId": archive})


def initiate(glacier, vault, archive, **parameters):
    return glacier.initiate_job(
        vaultName=vault, jobParameters={"Type": "archive-retrieval", "ArchiveId": archive, **parameters})["jobId"]


def retrieve_whole(glacier, vault, archive):
    initiated = glacier.initiate_job(
        vaultName=vault,
        jobParameters={
            "Type": "archive-retrieval", "ArchiveId": archive, "Description": "all of it", "SNSTopic": TOPIC,
            "Tier": "Expedited",
        })
    job = initiated["jobId"]
    expect(initiated["ResponseMetadata"]["HTTPStatusCode"], 202, "status of the initiation")
    expect(len(job), 92, "length of the job ID")
    expect(initiated["location"].split("/")[2:], ["vaults", vault, "jobs", job], "location of the job")

    described = glacier.describe_job(vaultName=vault, jobId=job)
    expect_keys(
        described,
        {
            "JobId": job, "JobDescription": "all of it", "Action": "ArchiveRetrieval", "ArchiveId": archive,
            "VaultARN": glacier.describe_vault(vaultName=vault)["VaultARN"], "Completed": True, "StatusCode": "Succeeded",
            "StatusMessage": "Succeeded", "ArchiveSizeInBytes": len(BYTES), "InventorySizeInBytes": None, "SNSTopic": TOPIC,
            "SHA256TreeHash": tree_hash(BYTES), "ArchiveSHA256TreeHash": tree_hash(BYTES), "Tier": "Expedited",
            "RetrievalByteRange": f"0-{len(BYTES) - 1}", "InventoryRetrievalParameters": None, "SelectParameters": None,
        },
        "the job")
    expect(described["CompletionDate"] >= described["CreationDate"], True, "the completion date is not before the creation date")

    output = glacier.get_job_output(vaultName=vault, jobId=job)
    expect_keys(
        output,
        {
            "status": 200, "checksum": tree_hash(BYTES), "contentType": "application/octet-stream", "acceptRanges": "bytes",
            "archiveDescription": "to retrieve", "contentRange": None,
        },
        "the output")
    expect(output["body"].read() == BYTES, True, "the output equals the upload")
    for requested, first, last, is_aligned in (
            (f"bytes={MIB}-{2 * MIB - 1}", MIB, 2 * MIB - 1, True),
            (f"bytes={2 * MIB}-", 2 * MIB, len(BYTES) - 1, True),
            ("bytes=5-99999999", 5, len(BYTES) - 1, False)):
        part = glacier.get_job_output(vaultName=vault, jobId=job, range=requested)
        expect_keys(
            part,
            {
                "status": 206, "contentRange": f"bytes {first}-{last}/{len(BYTES)}",
                "checksum": tree_hash(BYTES[first:last + 1]) if is_aligned else None,
            },
            f"the output's range {requested}")
        expect(part["body"].read() == BYTES[first:last + 1], True, f"the range {requested} equals the upload")
    return job


def retrieve_ranges(glacier, vault, archive):
    """Retrieves a tree-hash-aligned range and one that is not aligned."""
    jobs = []
    for first, last, is_aligned in ((2 * MIB, len(BYTES) - 1, True), (MIB, 3 * MIB - 1, False)):
        job = initiate(glacier, vault, archive, RetrievalByteRange=f"{first}-{last}")
        expected = tree_hash(BYTES[first:last + 1]) if is_aligned else None
        expect_keys(
            glacier.describe_job(vaultName=vault, jobId=job),
            {"RetrievalByteRange": f"{first}-{last}", "SHA256TreeHash": expected, "Tier": "Standard"},
            "job for a range")
        output = glacier.get_job_output(vaultName=vault, jobId=job)
        expect_keys(output, {"status": 200, "checksum": expected}, "output of a range")
        expect(output["body"].read() == BYTES[first:last + 1], True, "the range equals the upload")
        jobs.append(job)
    return jobs


def wait_for_bulk(glacier, vault, archive):
    """Checks a job in progress. The server under test delays jobs of this tier."""
    job = initiate(glacier, vault, archive, Tier="Bulk")
    expect_keys(
        glacier.describe_job(vaultName=vault, jobId=job),
        {"Completed": False, "StatusCode": "InProgress", "StatusMessage": "Operation in progress.", "CompletionDate": None},
        "job in progress")
    refused(INVALID, "not currently available for download", glacier.get_job_output, vaultName=vault, jobId=job)
    return job


def list_in_pages(glacier, vault, jobs):
    def listed(**filters):
        return [job["JobId"] for job in glacier.list_jobs(vaultName=vault, **filters)["JobList"]]

    dates = [job["CreationDate"] for job in glacier.list_jobs(vaultName=vault)["JobList"]]
    expect(dates, sorted(dates), "jobs are in the order of their initiation")
    waiting = jobs[-1:]
    expect(sorted(listed()), sorted(jobs), "jobs")
    jobs = listed()
    finished = [job for job in jobs if job not in waiting]
    expect(listed(completed="true"), finished, "completed jobs")
    expect(listed(completed="false"), waiting, "jobs that are not completed")
    expect(listed(statuscode="Succeeded"), finished, "succeeded jobs")
    expect(listed(statuscode="InProgress"), waiting, "jobs in progress")
    expect(listed(statuscode="Failed"), [], "failed jobs")
    expect(listed(statuscode="InProgress", completed="true"), [], "completed jobs in progress")
    pages = glacier.get_paginator("list_jobs").paginate(vaultName=vault, PaginationConfig={"PageSize": 3})
    expect([[job["JobId"] for job in page["JobList"]] for page in pages], [jobs[:3], jobs[3:]], "pages of three")
    expect(
        glacier.list_jobs(vaultName=vault, limit="1")["JobList"][0], without_metadata(
            glacier.describe_job(vaultName=vault, jobId=jobs[0])),
        "a listed job equals the described one")
    refused(INVALID, "job status code is not valid: finished", glacier.list_jobs, vaultName=vault, statuscode="finished")
    refused(INVALID, "Invalid completed: yes", glacier.list_jobs, vaultName=vault, completed="yes")
    refused(INVALID, "Invalid limit: 0", glacier.list_jobs, vaultName=vault, limit="0")
    refused(INVALID, "Invalid marker", glacier.list_jobs, vaultName=vault, marker="invalid-marker")


def refuse_initiations(glacier, unvalidated, vault, archive):
    def refuse(error, reason, **parameters):
        refused(error, reason, unvalidated.initiate_job, vaultName=vault, jobParameters=parameters)

    whole = {"Type": "archive-retrieval", "ArchiveId": archive}
    refused(MISSING, "type", glacier.initiate_job, vaultName=vault)
    refuse(MISSING, "type", ArchiveId=archive)
    refuse(MISSING, "ArchiveId", Type="archive-retrieval")
    refuse(INVALID, "Invalid Type: everything", Type="everything")
    refuse(INVALID, "Select jobs are no longer supported", Type="select", ArchiveId=archive)
    refuse(INVALID, "Invalid Tier: Fast", **whole, Tier="Fast")
    refuse(INVALID, "Invalid Description", **whole, Description="d" * 1025)
    refuse(INVALID, "Invalid RetrievalByteRange", **whole, RetrievalByteRange="0-9")
    refuse(INVALID, "Invalid RetrievalByteRange", **whole, RetrievalByteRange=f"0-{100 * MIB - 1}")
    refuse(INVALID, "covers all archives", Type="inventory-retrieval", ArchiveId=archive)
    refuse(INVALID, "Invalid Format: XML", Type="inventory-retrieval", Format="XML")
    refuse(NOT_FOUND, "archive ID was not found", Type="archive-retrieval", ArchiveId="a" * 138)
    refuse(NOT_FOUND, "archive ID was not found", Type="archive-retrieval", ArchiveId="impossible")


def refuse_outputs(glacier, vault, job):
    output = {"vaultName": vault, "jobId": job}
    # An invalid range is ignored.
    assert glacier.get_job_output(range="bytes=9-0", **output)["body"].read() == BYTES
    assert glacier.get_job_output(range="bytes=-9", **output)["body"].read() == BYTES[-9:]
    refused(INVALID, f"has {len(BYTES)} bytes", glacier.get_job_output, range=f"bytes={len(BYTES)}-", **output)
    for unknown in ("j" * 92, "impossible"):
        refused(NOT_FOUND, unknown, glacier.describe_job, vaultName=vault, jobId=unknown)
        refused(NOT_FOUND, unknown, glacier.get_job_output, vaultName=vault, jobId=unknown)


def obey_policy(glacier, vault, archive):
    rule = {"Strategy": "BytesPerHour", "BytesPerHour": 2 * MIB}
    glacier.set_data_retrieval_policy(Policy={"Rules": [rule]})
    job = {"Type": "archive-retrieval", "ArchiveId": archive}
    refused(
        POLICY_ENFORCED, "denied by current data retrieval policy", glacier.initiate_job, vaultName=vault,
        jobParameters=job)
    initiate(glacier, vault, archive, RetrievalByteRange=f"0-{2 * MIB - 1}")
    refused(
        POLICY_ENFORCED, f"{2 * MIB} bytes were requested in the last hour", glacier.initiate_job, vaultName=vault,
        jobParameters={**job, "RetrievalByteRange": f"0-{MIB - 1}"})
    initiate(glacier, vault, archive, Tier="Expedited")
    glacier.set_data_retrieval_policy(Policy={"Rules": [{"Strategy": "None"}]})
    initiate(glacier, vault, archive)


def without_metadata(answer):
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}
