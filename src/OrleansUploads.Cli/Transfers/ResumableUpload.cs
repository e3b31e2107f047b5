using OrleansUploads.Cli.CommandLine;
using OrleansUploads.Cli.Remote;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Transfers;

namespace OrleansUploads.Cli.Transfers;

/// <summary>Uploads a large file in parts. An upload in progress with the same description and the same bytes is continued, so no
/// state has to be kept on this machine.</summary>
internal sealed class ResumableUpload(Session session, UploadChoice choice, OpenUploads open, TransferScreen screen)
{
    /// <exception cref="ArchiveUploadException">The upload stopped, or the file differs from the uploads in progress.</exception>
    public async Task<ArchiveReceipt> RunAsync(
        string path, string description, Transfer transfer, CancellationToken cancellationToken)
    {
        using var source = ByteSource.FromFile(path);
        var candidates = choice.StartsAnew ? [] : await open.FindAsync(description, source.LengthBytes, cancellationToken);
        ArchiveUploadException? different = null;
        foreach (var candidate in candidates)
        {
            try
            {
                return await ResumeAsync(candidate.UploadId, source, transfer, cancellationToken);
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

        if (different is not null)
        {
            throw new ArchiveUploadException(
                different.UploadId,
                $"The file has changed since upload {different.UploadId} began. {different.Message} Nothing was sent. "
                + "Use --new to begin another upload.")
            {
                FirstDifference = different.FirstDifference,
            };
        }

        var upload = new ArchiveUpload(session.Connection.Transfers, Options(transfer) with
        {
            PartSizeBytes = choice.PartSizeBytes ?? PartSizes.ForFile(source.LengthBytes),
        });
        return await upload.UploadAsync(choice.Vault, source, description, cancellationToken);
    }

    /// <summary>Continues a given upload.</summary>
    public Task<ArchiveReceipt> ResumeAsync(
        string uploadId, ByteSource source, Transfer transfer, CancellationToken cancellationToken) =>
        new ArchiveUpload(session.Connection.Transfers, Options(transfer))
            .ResumeAsync(choice.Vault, uploadId, source, cancellationToken);

    /// <summary>Uploads standard input, or continues a given upload of it.</summary>
    public async Task<ArchiveReceipt> RunStreamAsync(
        string? uploadId, string description, Transfer transfer, CancellationToken cancellationToken)
    {
        await using var input = StandardInput.Open();
        var upload = new ArchiveUpload(session.Connection.Transfers, Options(transfer));
        return uploadId is null
            ? await upload.UploadStreamAsync(
                choice.Vault, input, (int)(choice.PartSizeBytes ?? PartSizes.StreamBytes), description, cancellationToken)
            : await upload.ResumeStreamAsync(choice.Vault, uploadId, input, cancellationToken);
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
