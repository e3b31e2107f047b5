using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Transfers;

namespace OrleansUploads.Cli.Transfers;

/// <summary>Uploads a large file in parts. An upload in progress with the same description and the same bytes is continued, so no
/// state has to be kept on this machine.</summary>
internal sealed class ResumableUpload(Session session, UploadChoice choice, OpenUploads open, TransferScreen screen)
{
    /// <summary>Uploads a file.</summary>
    /// <exception cref="ArchiveUploadException">The upload stopped, or the file differs from the uploads in progress.</exception>
    public async Task<ArchiveReceipt> RunAsync(
        string path, string description, Transfer transfer, CancellationToken cancellationToken)
    {
        using var source = ByteSource.FromFile(path);
        return await RunAsync(
            path,
            description,
            source.LengthBytes,
            transfer,
            uploadId => ResumeAsync(uploadId, source, transfer, cancellationToken),
            () => new ArchiveUpload(session.Connection.Transfers, Options(transfer) with
            {
                PartSizeBytes = choice.PartSizeBytes ?? TransferOptions.PartBytesFor(source.LengthBytes),
            }).UploadAsync(choice.Vault, source, description, cancellationToken),
            cancellationToken);
    }

    /// <summary>Uploads a folder as a tar.</summary>
    /// <exception cref="ArchiveUploadException">The upload stopped, or the folder differs from the uploads in progress.</exception>
    public Task<ArchiveReceipt> RunTarAsync(
        string folder, string description, Transfer transfer, CancellationToken cancellationToken)
    {
        return RunAsync(folder, description, 0, transfer, SendAsync, () => SendAsync(null), cancellationToken);

        async Task<ArchiveReceipt> SendAsync(string? uploadId)
        {
            await using var tar = new FolderTar(folder);
            return await RunStreamAsync(uploadId, tar.Stream, description, transfer, cancellationToken);
        }
    }

    private async Task<ArchiveReceipt> RunAsync(
        string path,
        string description,
        long sizeBytes,
        Transfer transfer,
        Func<string, Task<ArchiveReceipt>> resume,
        Func<Task<ArchiveReceipt>> begin,
        CancellationToken cancellationToken)
    {
        ArchiveUploadException? different = null;
        foreach (var candidate in choice.StartsAnew ? [] : await open.FindAsync(description, sizeBytes, cancellationToken))
        {
            try
            {
                return await resume(candidate.UploadId);
            }
            catch (ArchiveUploadException failure) when (failure.FirstDifference is not null && transfer.Read().MovedBytes == 0)
            {
                different = failure;
            }
            catch (GlacierException failure) when (
                failure.Code is GlacierErrorCodes.ResourceNotFound or GlacierErrorCodes.InvalidParameterValue)
            {
                // It has ended since it was listed, perhaps as the archive of another file with the same description.
            }
        }

        return different is null ? await begin() : throw new ArchiveUploadException(
            different.UploadId,
            $"{path} has changed since upload {different.UploadId} began. {different.Message} Nothing was sent. "
            + "Use --new to begin another upload.")
        {
            FirstDifference = different.FirstDifference,
        };
    }

    /// <summary>Continues a given upload.</summary>
    public Task<ArchiveReceipt> ResumeAsync(
        string uploadId, ByteSource source, Transfer transfer, CancellationToken cancellationToken) =>
        new ArchiveUpload(session.Connection.Transfers, Options(transfer))
            .ResumeAsync(choice.Vault, uploadId, source, cancellationToken);

    /// <summary>Uploads standard input, or continues a given upload of it.</summary>
    public async Task<ArchiveReceipt> RunInputAsync(
        string? uploadId, string description, Transfer transfer, CancellationToken cancellationToken)
    {
        await using var input = StandardInput.Open();
        return await RunStreamAsync(uploadId, input, description, transfer, cancellationToken);
    }

    private Task<ArchiveReceipt> RunStreamAsync(
        string? uploadId, Stream input, string description, Transfer transfer, CancellationToken cancellationToken)
    {
        var upload = new ArchiveUpload(session.Connection.Transfers, Options(transfer));
        return uploadId is null
            ? upload.UploadStreamAsync(
                choice.Vault, input, (int)(choice.PartSizeBytes ?? TransferOptions.StreamPartBytes), description, cancellationToken)
            : upload.ResumeStreamAsync(choice.Vault, uploadId, input, cancellationToken);
    }

    private ArchiveUploadOptions Options(Transfer transfer)
    {
        var skippedBytes = 0L;
        return new ArchiveUploadOptions
        {
            Workers = choice.Workers,
            StopsAtDifference = true,
            OnProgress = progress =>
            {
                if (progress.LastPart is not { } range)
                {
                    transfer.UploadId = progress.UploadId;
                    session.Printer.Event(new { @event = "started", file = transfer.Name, progress.UploadId });
                    return;
                }

                transfer.Add(range, isSkipped: progress.SkippedBytes > skippedBytes);
                skippedBytes = progress.SkippedBytes;
                screen.Update(transfer);
            },
        };
    }
}
