"""boto3's resource objects: accounts, vaults, archives, uploads, jobs."""

import boto3

from glacier_client import MIB, content, expect, tree_hash

BYTES = content(2 * MIB + 1, seed=15)


def run(endpoint):
    account = boto3.resource("glacier", endpoint_url=endpoint).Account("-")
    vault = account.create_vault(vaultName="resources")
    expect([each.name for each in account.vaults.all() if each.name == vault.name], [vault.name], "vault in the account")
    archive = upload(vault)
    retrieve(vault, archive)
    vault.Archive(archive).delete()
    notify(vault)
    vault.delete()


def upload(vault):
    single = vault.upload_archive(archiveDescription="in one request", body=BYTES)
    vault.reload()
    expect((vault.number_of_archives, vault.size_in_bytes), (1, len(BYTES) + 32768), "archives and bytes of the vault")
    single.delete()

    upload = vault.initiate_multipart_upload(archiveDescription="in parts", partSize=str(MIB))
    for start in range(0, len(BYTES), MIB):
        body = BYTES[start:start + MIB]
        upload.upload_part(range=f"bytes {start}-{start + len(body) - 1}/*", body=body)
    expect(len(upload.parts()["Parts"]), 3, "parts of the upload")
    expect([each.id for each in vault.multipart_uploads.all()], [upload.id], "uploads in progress of the vault")
    completed = upload.complete(archiveSize=str(len(BYTES)), checksum=tree_hash(BYTES))
    aborted = vault.initiate_multipart_upload(partSize=str(MIB))
    aborted.abort()
    expect(list(vault.multipart_uploads.all()), [], "uploads in progress after the abort")
    return completed["archiveId"]


def retrieve(vault, archive):
    job = vault.Archive(archive).initiate_archive_retrieval()
    job.load()
    expect((job.completed, job.sha256_tree_hash), (True, tree_hash(BYTES)), "retrieval")
    expect(job.get_output()["body"].read() == BYTES, True, "the output equals the upload")
    inventory = vault.initiate_inventory_retrieval()
    expect(
        {each.id for each in vault.completed_jobs.all()}, {job.id, inventory.id}, "completed jobs of the vault")
    expect({each.id for each in vault.succeeded_jobs.all()}, {job.id, inventory.id}, "succeeded jobs of the vault")
    expect([*vault.failed_jobs.all(), *vault.jobs_in_progress.all()], [], "failed jobs and jobs in progress")


def notify(vault):
    notification = vault.Notification()
    topic = "arn:aws:sns:us-east-1:111122223333:ready"
    notification.set(vaultNotificationConfig={"SNSTopic": topic, "Events": ["ArchiveRetrievalCompleted"]})
    notification.reload()
    expect((notification.sns_topic, notification.events), (topic, ["ArchiveRetrievalCompleted"]), "notifications")
    notification.delete()
