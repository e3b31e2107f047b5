using OrleansUploads.Client.Sources;

namespace OrleansUploads.Client.Transfers;

/// <summary>Uploads an archive straight into the object store of an OrleansUploads server: the server grants and decides, and no byte passes
/// it. Any number of nodes may share an upload by its ID, and each of them gets the same archive ID.</summary>
/// <remarks>
/// <code>
/// var upload = await client.InitiateMultipartUploadAsync("vault", 8 &lt;&lt; 20, createKey: "run-42");
/// using var file = ByteSource.FromFile("run-42.raw");
/// var receipt = await new DirectUpload(client, "vault", upload).SendAsync(file);
/// </code>
/// Each byte is read and hashed once. Everything may be repeated: after a crash, do the same again.
/// </remarks>
public sealed class DirectUpload
{
    private readonly GlacierClient _client;
    private readonly string _vault;
    private readonly string _uploadId;
    private readonly DirectUploadOptions _options;

    /// <summary>Creates an upload that uses a client.</summary>
    /// <param name="client">The client. Its key may upload to the vault.</param>
    /// <param name="vault">The vault name.</param>
    /// <param name="uploadId">The ID of an upload from <see cref="GlacierClient.InitiateMultipartUploadAsync"/>.</param>
    /// <param name="options">Null for the default ones.</param>
    public DirectUpload(GlacierClient client, string vault, string uploadId, DirectUploadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        (_client, _vault, _uploadId) = (client, vault, uploadId);
        _options = options ?? new DirectUploadOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Workers, 1, nameof(options));
    }

    /// <summary>Writes the parts of the archive that the upload does not have and that no other node is writing, waits for those of the
    /// others, and completes the upload. If another node stops, its parts are written here.</summary>
    /// <param name="source">All bytes of the archive, the same on each node.</param>
    /// <param name="cancellationToken">Stops the upload. Call this again to continue it.</param>
    /// <exception cref="ArchiveUploadException">The upload has ended without an archive, or with one of another size, or has bytes beyond
    /// this size.</exception>
    /// <exception cref="GlacierException">The server or the store refused a request, or could not be reached.</exception>
    /// <exception cref="IOException">The source cannot be read, or has changed.</exception>
    public async Task<ArchiveReceipt> SendAsync(ByteSource source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var progress = new DirectProgress(_options.OnProgress, _uploadId);
        var insists = false;
        while (await ServerParts.FindAsync(_client, _vault, _uploadId, cancellationToken) is { } have)
        {
            have.RequireWithin(_uploadId, source.LengthBytes);
            var plan = PartPlan.Of(source.LengthBytes, have.PartSizeBytes);
            progress.Begin(plan, have);
            if (have.HashesOf(plan) is { } hashes)
            {
                source.RequireUnchanged();
                return await CompleteAsync(source.LengthBytes, TreeHasher.Combine(hashes), cancellationToken);
            }

            var missing = Enumerable.Range(0, plan.PartCount).Select(plan.RangeOf).Where(range => !have.HasPart(range)).ToArray();
            var hasWritten = await WriteMissingAsync(source, missing, insists, progress, cancellationToken);
            insists = !await AwaitOthersAsync(source.LengthBytes, cancellationToken) && !hasWritten;
        }

        source.RequireUnchanged();
        return await CompleteAsync(source.LengthBytes, cancellationToken);
    }

    /// <summary>Writes one part, for a node that produces the bytes. Writing a part again replaces it.</summary>
    /// <param name="firstByte">The offset of the part in the archive, a multiple of the upload's part size.</param>
    /// <param name="source">The bytes of the part alone: exactly the part size, or less for the last part.</param>
    /// <param name="cancellationToken">Stops writing. The part may count already.</param>
    /// <exception cref="ArchiveUploadException">The upload has ended.</exception>
    /// <exception cref="GlacierException">The server or the store refused a request, or could not be reached.</exception>
    /// <exception cref="IOException">The source cannot be read.</exception>
    public async Task WritePartAsync(long firstByte, ByteSource source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var range = new ByteRange(firstByte, firstByte + source.LengthBytes);
        using var reports = new DirectReports(_client, _vault, _uploadId);
        if (!await WriteAsync(source, offsetBytes: 0, range, grant: null, reports, cancellationToken))
        {
            throw new ArchiveUploadException(_uploadId, $"The upload has ended, so it does not take bytes {range}.");
        }
    }

    /// <summary>Waits until the upload has all parts, which this node or others write, and completes it. If it is complete, this returns the
    /// receipt.</summary>
    /// <param name="archiveSizeBytes">The size of the archive.</param>
    /// <param name="cancellationToken">Stops waiting. The server may still complete the upload.</param>
    /// <exception cref="ArchiveUploadException">The upload has ended without an archive, or with one of another size, or has bytes beyond
    /// this size.</exception>
    /// <exception cref="GlacierException">The server refused a request, or could not be reached.</exception>
    public async Task<ArchiveReceipt> CompleteAsync(long archiveSizeBytes, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var upload = await _client.DescribeUploadAsync(_vault, _uploadId, cancellationToken: cancellationToken);
            if (upload.State is VaultUploadState.Aborted or VaultUploadState.Expired)
            {
                throw new ArchiveUploadException(_uploadId, $"The upload has ended without an archive: it is {upload.State}.");
            }

            if (upload.State is VaultUploadState.Completed && upload.Bytes != archiveSizeBytes)
            {
                throw new ArchiveUploadException(
                    _uploadId, $"The upload became an archive of {upload.Bytes} bytes, and not of {archiveSizeBytes}.");
            }

            // A completed upload answers a repeated completion with its archive.
            var treeHash = upload.TreeHash
                ?? (upload.Bytes >= archiveSizeBytes ? await FindTreeHashAsync(archiveSizeBytes, cancellationToken) : null);
            if (treeHash is { } whole)
            {
                return await CompleteAsync(archiveSizeBytes, whole, cancellationToken);
            }

            await Task.Delay(_options.Pause, _client.Transport.TimeProvider, cancellationToken);
        }
    }

    private Task<ArchiveReceipt> CompleteAsync(long archiveSizeBytes, TreeHash treeHash, CancellationToken cancellationToken) =>
        _client.CompleteMultipartUploadAsync(_vault, _uploadId, archiveSizeBytes, treeHash, _options.CompleteRetry, cancellationToken);

    /// <summary>Writes the parts that no other node is writing, or all if it insists. Returns whether there were any.</summary>
    private async Task<bool> WriteMissingAsync(
        ByteSource source, IReadOnlyList<ByteRange> missing, bool insists, DirectProgress progress, CancellationToken cancellationToken)
    {
        using var grants = new DirectGrants(
            _client, _vault, _uploadId, missing, Math.Min(2 * _options.Workers, GlacierClient.MaxPartsInCall), insists);
        using var reports = new DirectReports(_client, _vault, _uploadId);
        var hasWritten = false;
        await Parallel.ForAsync(
            0,
            _options.Workers,
            new ParallelOptions { MaxDegreeOfParallelism = _options.Workers, CancellationToken = cancellationToken },
            async (_, token) =>
            {
                while (await grants.TakeAsync(token) is { } grant
                    && await WriteAsync(source, grant.Range.Start, grant.Range, grant, reports, token))
                {
                    hasWritten = true;
                    progress.Add(grant.Range);
                }
            });
        return hasWritten;
    }

    /// <summary>Writes and reports a part, under other grants if the first one fails: its object may exist. Returns false if the upload has
    /// ended.</summary>
    private async Task<bool> WriteAsync(
        ByteSource source, long offsetBytes, ByteRange range, DirectGrant? grant, DirectReports reports, CancellationToken cancellationToken)
    {
        try
        {
            return await _options.PartRetry.RunAsync(
                async (attempt, token) =>
                {
                    var used = attempt == 1 && grant is not null
                        ? grant
                        : (await _client.GrantWritesAsync(_vault, _uploadId, [range], cancellationToken: token))[0];
                    var treeHash = await _client.Transport.WriteAsync(used, _uploadId, source, offsetBytes, token);
                    var verdict = await reports.ReportAsync(new DirectPart(range, treeHash, used.Attempt), token);
                    return verdict.Code is null ? true : throw new GlacierException(verdict.Code, verdict.Message ?? verdict.Code)
                    {
                        // The store may have lost the object, or the report came too late; the next one is another.
                        IsTransient = verdict.Code is not (GlacierErrorCodes.ResourceNotFound or GlacierErrorCodes.AccessDenied),
                    };
                },
                _client.Transport.TimeProvider,
                cancellationToken);
        }
        catch (GlacierException ended) when (ended.Code == GlacierErrorCodes.ResourceNotFound)
        {
            return false;
        }
    }

    /// <summary>Waits until the upload has all bytes or has ended. Returns false if nothing arrives for too long.</summary>
    private async Task<bool> AwaitOthersAsync(long archiveSizeBytes, CancellationToken cancellationToken)
    {
        var time = _client.Transport.TimeProvider;
        var (bytes, since) = (-1L, time.GetTimestamp());
        while (time.GetElapsedTime(since) < _options.Patience)
        {
            var upload = await _client.DescribeUploadAsync(_vault, _uploadId, cancellationToken: cancellationToken);
            if (upload.State is not VaultUploadState.Open || upload.Bytes >= archiveSizeBytes)
            {
                return true;
            }

            if (upload.Bytes != bytes)
            {
                (bytes, since) = (upload.Bytes ?? 0, time.GetTimestamp());
            }

            await Task.Delay(_options.Pause, time, cancellationToken);
        }

        return false;
    }

    /// <summary>The tree hash of the archive, from those of the upload's parts; null if parts are missing or the upload has ended.</summary>
    private async Task<TreeHash?> FindTreeHashAsync(long archiveSizeBytes, CancellationToken cancellationToken)
    {
        var have = await ServerParts.FindAsync(_client, _vault, _uploadId, cancellationToken);
        have?.RequireWithin(_uploadId, archiveSizeBytes);
        return have?.HashesOf(PartPlan.Of(archiveSizeBytes, have.PartSizeBytes)) is { } hashes ? TreeHasher.Combine(hashes) : null;
    }
}
