using OrleansUploads.Cli.Archives;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Transfers;

namespace OrleansUploads.Cli.Transfers;

/// <summary>Uploads a large file in parts, or a stream: a folder as a tar, or standard input. An upload in progress with the same
/// description and the same bytes is continued, so no state has to be kept on this machine.</summary>
internal sealed class ResumableUpload(Session session, UploadChoice choice, TransferScreen screen)
{
    private const int MaxParts = 10_000;

    private ILookup<string, MultipartUpload>? _inProgress;

    /// <summary>Finds the uploads in progress that may be a file's, the newest first. The vault is asked once.</summary>
    /// <returns>Their IDs.</returns>
    public async Task<IReadOnlyList<string>> FindAsync(string description, long sizeBytes, CancellationToken cancellationToken)
    {
        _inProgress ??= await session.Transfers.ListMultipartUploadsAsync(session.Vault, cancellationToken)
            .ToLookupAsync(static upload => upload.Description ?? "", StringComparer.Ordinal, cancellationToken);
        return
        [
            .. _inProgress[description]
                .Where(upload => upload.PartSizeBytes * MaxParts >= sizeBytes)
                .OrderByDescending(static upload => upload.CreatedAt)
                .Select(static upload => upload.UploadId),
        ];
    }

    /// <summary>Finds the uploads in progress that may be a file's: under its description, and under its other names.</summary>
    private async Task<IReadOnlyList<(string Description, string UploadId)>> FindAsync(UploadFile file, CancellationToken cancellationToken)
    {
        var found = new List<(string, string)>();
        foreach (var description in (string[])[file.Description, .. file.OtherNames])
        {
            found.AddRange((await FindAsync(description, file.Bytes ?? 0, cancellationToken)).Select(id => (description, id)));
        }

        return found;
    }

    /// <summary>Uploads a file or a folder, or continues its upload.</summary>
    /// <exception cref="ArchiveUploadException">The upload stopped, or the bytes differ from those in progress.</exception>
    public async Task<ArchiveReceipt> RunAsync(UploadFile file, FileTransfer transfer, CancellationToken cancellationToken)
    {
        ArchiveUploadException? different = null;
        foreach (var (name, uploadId) in choice.StartsAnew ? [] : await FindAsync(file, cancellationToken))
        {
            try
            {
                var receipt = await SendAsync(file, uploadId, transfer, cancellationToken);
                if (name != file.Description)
                {
                    screen.Print(() => session.Printer.Note(
                        $"{file.Path} continued an upload with the description '{ArchiveName.Show(name)}', so the archive has that one."));
                }

                return receipt;
            }
            catch (ArchiveUploadException failure) when (failure.FirstDifference is not null && !transfer.HasMoved)
            {
                // An upload under another name of the file may be that of another file.
                different = name == file.Description ? failure : different;
            }
            catch (GlacierException failure) when (
                failure.Code is GlacierErrorCodes.ResourceNotFound or GlacierErrorCodes.InvalidParameterValue)
            {
                // It has ended since it was listed, perhaps as the archive of another file with the same description.
            }
        }

        return different is null ? await SendAsync(file, uploadId: null, transfer, cancellationToken) : throw new ArchiveUploadException(
            different.UploadId,
            $"{file.Path} has changed since upload {different.UploadId} began. {different.Message} Nothing was sent. "
            + "Use --new to begin another upload.")
        {
            FirstDifference = different.FirstDifference,
        };
    }

    /// <summary>Begins an upload, or continues a given one.</summary>
    /// <exception cref="ArchiveUploadException">The upload stopped, or the bytes differ from the given one's.</exception>
    public async Task<ArchiveReceipt> SendAsync(UploadFile file, string? uploadId, FileTransfer transfer, CancellationToken cancellationToken)
    {
        var upload = new ArchiveUpload(session.Transfers, Options(file, transfer));
        if (file.Bytes is not null)
        {
            using var source = ByteSource.FromFile(file.Path);
            return await (uploadId is null
                ? upload.UploadAsync(session.Vault, source, file.Description, cancellationToken)
                : upload.ResumeAsync(session.Vault, uploadId, source, cancellationToken));
        }

        await using var tar = file.Path == StandardInput.Name ? null : new FolderTar(file.Path, choice.Excluded);
        await using var input = tar?.Stream ?? StandardInput.Open();
        var receipt = await (uploadId is null
            ? upload.UploadStreamAsync(
                session.Vault, input, (int)(choice.PartSizeBytes ?? TransferOptions.StreamPartBytes), file.Description, cancellationToken)
            : upload.ResumeStreamAsync(session.Vault, uploadId, input, cancellationToken));
        if (tar is { LeftOut: [var first, ..] leftOut })
        {
            screen.Print(() => session.Printer.Note(
                $"{Quantity.Format(leftOut.Count, "pipe, socket or device", "pipes, sockets or devices")} left out: "
                + (leftOut.Count == 1 ? $"{ArchiveName.ShowName(first)}." : $"{ArchiveName.ShowName(first)} and others.")));
        }

        return receipt;
    }

    private ArchiveUploadOptions Options(UploadFile file, FileTransfer transfer)
    {
        var skippedBytes = 0L;
        return new ArchiveUploadOptions
        {
            PartSizeBytes = choice.PartSizeBytes
                ?? (file.Bytes is { } bytes ? TransferOptions.PartBytesFor(bytes, choice.BytesPerSecond, choice.Workers) : null),
            Workers = choice.Workers,
            StopsAtDifference = true,

            // Someone waits for the command, and running it again finds the archive.
            CompleteRetry = session.Patient,
            OnSending = (range, sentBytes) => screen.Send(transfer, range, sentBytes),
            OnProgress = progress =>
            {
                if (progress.LastPart is not { } range)
                {
                    transfer.UploadId = progress.UploadId;
                    session.Printer.Event(new { @event = "started", file = transfer.Name, progress.UploadId });
                    return;
                }

                screen.Add(transfer, range, isSkipped: progress.SkippedBytes > skippedBytes);
                skippedBytes = progress.SkippedBytes;
            },
        };
    }
}
