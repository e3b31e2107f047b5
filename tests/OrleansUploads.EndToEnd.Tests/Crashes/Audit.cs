using OrleansUploads.Client;
using OrleansUploads.Client.Models;

namespace OrleansUploads.EndToEnd.Tests.Crashes;

/// <summary>Compares the state of a server after a crash with the answers that clients got before it, and resolves the requests
/// that were not answered.</summary>
internal sealed class Audit(GlacierClient client, Ledger ledger)
{
    /// <summary>Checks every open upload, and that no others are listed.</summary>
    public async Task CheckUploadsAsync()
    {
        foreach (var upload in ledger.Uploads)
        {
            await (upload.Stage switch
            {
                UploadStage.Open => CheckPartsAsync(upload),
                UploadStage.Completing => CompleteAsync(upload),
                UploadStage.Aborting => AbortAsync(upload),
                _ => Task.CompletedTask,
            });
        }

        await CheckListAsync();
    }

    /// <summary>Checks that archives can be retrieved byte for byte, or stay deleted.</summary>
    public async Task CheckArchivesAsync(IEnumerable<KnownArchive> archives)
    {
        foreach (var archive in archives.Where(archive => archive.Id is not null))
        {
            if (archive.DeletionSent && !archive.Deleted)
            {
                await client.DeleteArchiveAsync(Ledger.Vault, archive.Id!);
                archive.Deleted = true;
            }

            if (archive.Deleted)
            {
                await ExpectNotFoundAsync(() => client.InitiateArchiveRetrievalAsync(Ledger.Vault, archive.Id!), $"the deleted {archive}");
            }
            else
            {
                var retrieved = await client.RetrieveAsync(Ledger.Vault, archive.Id!);
                Assert.True(retrieved.AsSpan().SequenceEqual(archive.Bytes()), $"{archive} was retrieved with wrong bytes.");
            }
        }
    }

    /// <summary>Checks that a repeated completion returns the same archive, and that aborted uploads are not found.</summary>
    public async Task CheckEndedAsync(IEnumerable<KnownUpload> uploads)
    {
        foreach (var upload in uploads)
        {
            if (upload.Stage == UploadStage.Completed)
            {
                await CompleteAsync(upload);
            }
            else if (upload.Stage == UploadStage.Aborted)
            {
                await ExpectNotFoundAsync(() => client.ListPartsPageAsync(Ledger.Vault, upload.Id), $"the aborted {upload}");
            }
        }
    }

    private async Task CheckPartsAsync(KnownUpload upload)
    {
        var listed = await client.ListPartsAsync(Ledger.Vault, upload.Id).ToDictionaryAsync(part => part.Range.Start);
        foreach (var part in upload.Parts)
        {
            PartContent? kept = null;
            if (listed.Remove(part.Start, out var found))
            {
                kept = found.TreeHash == part.Acknowledged?.TreeHash ? part.Acknowledged
                    : found.TreeHash == part.Unanswered?.TreeHash ? part.Unanswered
                    : null;
                Assert.True(kept is not null, $"{upload}: the {part} has bytes that were never sent or were replaced.");
            }

            Assert.True(kept is not null || part.Acknowledged is null, $"{upload}: the acknowledged {part} is lost.");
            part.Acknowledged = kept;
            part.Unanswered = null;
        }

        Assert.True(listed.Count == 0, $"{upload} has parts that were never sent.");
    }

    private async Task CompleteAsync(KnownUpload upload)
    {
        var archive = upload.Archive!;
        var receipt = await client.CompleteMultipartUploadAsync(
            Ledger.Vault, upload.Id, archive.SizeBytes, archive.TreeHash);
        archive.Id ??= receipt.ArchiveId;
        Assert.True(archive.Id == receipt.ArchiveId, $"{upload} was completed as {archive.Id} and then as {receipt.ArchiveId}.");
        upload.Stage = UploadStage.Completed;
    }

    private async Task AbortAsync(KnownUpload upload)
    {
        await client.AbortMultipartUploadAsync(Ledger.Vault, upload.Id);
        upload.Stage = UploadStage.Aborted;
    }

    private async Task CheckListAsync()
    {
        var listed = await client.ListMultipartUploadsAsync(Ledger.Vault).ToDictionaryAsync(upload => upload.UploadId);
        foreach (var upload in ledger.Uploads.Where(upload => upload.Stage == UploadStage.Open))
        {
            Assert.True(listed.Remove(upload.Id), $"The open {upload} is not listed.");
        }

        foreach (var (id, upload) in listed)
        {
            Assert.True(
                ledger.UnansweredInitiations.TryRemove(upload.Description ?? "", out _),
                $"Upload {id} ('{upload.Description}') is listed although it was not initiated or has ended.");
            await client.AbortMultipartUploadAsync(Ledger.Vault, id);
        }
    }

    private static async Task ExpectNotFoundAsync(Func<Task> call, string what)
    {
        var refused = await Record.ExceptionAsync(call);
        Assert.True(
            refused is GlacierException { Code: GlacierErrorCodes.ResourceNotFound },
            $"A request for {what} did not fail with ResourceNotFoundException. {refused}");
    }
}
