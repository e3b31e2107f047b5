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
    /// <summary>The server waits for whole seconds, and not longer than <see cref="LongestWait"/>.</summary>
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

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
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.ReportDelay, TimeSpan.Zero, nameof(options));
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
        UploadDescription? ended = null;
        while (ended is null
            && await ServerParts.FindAsync(_client, _vault, _uploadId, cancellationToken).ConfigureAwait(false) is { } have)
        {
            var plan = have.Divide(_uploadId, source.LengthBytes);
            progress.Begin(plan, have);
            if (have.HashesOf(plan) is { } hashes)
            {
                source.RequireUnchanged();
                return await CompleteAsync(source.LengthBytes, TreeHasher.Combine(hashes), cancellationToken).ConfigureAwait(false);
            }

            var missing = Enumerable.Range(0, plan.PartCount).Select(plan.RangeOf).Where(range => !have.HasPart(range)).ToArray();
            var hasWritten = await WriteMissingAsync(source, missing, insists, progress, cancellationToken).ConfigureAwait(false);
            var others = await AwaitOthersAsync(source.LengthBytes, cancellationToken).ConfigureAwait(false);
            ended = others is { State: not VaultUploadState.Open } ? others : null;
            insists = others is null && !hasWritten;
        }

        source.RequireUnchanged();
        return await CompleteAsync(source.LengthBytes, ended, cancellationToken).ConfigureAwait(false);
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
        using var reports = new DirectReports(_client, _vault, _uploadId, _options);
        var written = await WriteAsync(source, firstByte, token => GrantAsync(range, token), reports, cancellationToken)
            .ConfigureAwait(false);
        if (written is null)
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
    public Task<ArchiveReceipt> CompleteAsync(long archiveSizeBytes, CancellationToken cancellationToken = default) =>
        CompleteAsync(archiveSizeBytes, known: null, cancellationToken);

    private async Task<ArchiveReceipt> CompleteAsync(long archiveSizeBytes, UploadDescription? known, CancellationToken cancellationToken)
    {
        var upload = known ?? await DescribeAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
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
                ?? (upload.Bytes >= archiveSizeBytes
                    ? await FindTreeHashAsync(archiveSizeBytes, cancellationToken).ConfigureAwait(false)
                    : null);
            if (treeHash is { } whole)
            {
                return await CompleteAsync(archiveSizeBytes, whole, cancellationToken).ConfigureAwait(false);
            }

            upload = await DescribeLaterAsync(upload, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<ArchiveReceipt> CompleteAsync(long archiveSizeBytes, TreeHash treeHash, CancellationToken cancellationToken) =>
        _client.CompleteMultipartUploadAsync(_vault, _uploadId, archiveSizeBytes, treeHash, _options.CompleteRetry, cancellationToken);

    /// <summary>Writes the parts that no other node is writing, or all if it insists. Returns whether there were any.</summary>
    private async Task<bool> WriteMissingAsync(
        ByteSource source, IReadOnlyList<ByteRange> missing, bool insists, DirectProgress progress, CancellationToken cancellationToken)
    {
        using var grants = new DirectGrants(
            _client, _vault, _uploadId, missing, Math.Min(_options.Workers, GlacierClient.MaxPartsInCall), insists);
        using var reports = new DirectReports(_client, _vault, _uploadId, _options);
        var hasWritten = false;
        await Parallel.ForAsync(
            0,
            reports.Calls,
            new ParallelOptions { MaxDegreeOfParallelism = reports.Calls, CancellationToken = cancellationToken },
            async (_, token) =>
            {
                while (await WriteAsync(source, sourceStart: 0, grants.TakeAsync, reports, token).ConfigureAwait(false) is { } range)
                {
                    hasWritten = true;
                    progress.Add(range);
                }
            }).ConfigureAwait(false);
        return hasWritten;
    }

    /// <summary>Writes and reports a part, under other grants if the first one fails: its object may exist.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="sourceStart">The offset of the source in the archive.</param>
    /// <param name="take">Takes the first grant, or null if there is no part to write.</param>
    /// <param name="reports">Reports the part.</param>
    /// <param name="cancellationToken">Stops writing.</param>
    /// <returns>The range of the written part, or null if no part is left or the upload has ended.</returns>
    private async Task<ByteRange?> WriteAsync(
        ByteSource source,
        long sourceStart,
        Func<CancellationToken, Task<DirectGrant?>> take,
        DirectReports reports,
        CancellationToken cancellationToken)
    {
        ByteRange? range = null;
        try
        {
            return await _options.PartRetry.RunAsync(
                async (_, retryToken) =>
                {
                    var verdict = await reports.WriteAsync(
                        async token =>
                        {
                            if (await (range is { } known ? GrantAsync(known, token) : take(token)).ConfigureAwait(false) is not { } grant)
                            {
                                return null;
                            }

                            range = grant.Range;
                            var treeHash = await _client.Transport.WriteAsync(
                                grant, _uploadId, source, grant.Range.Start - sourceStart, token).ConfigureAwait(false);
                            return new DirectPart(grant.Range, treeHash, grant.Attempt);
                        },
                        retryToken).ConfigureAwait(false);
                    return verdict is not { Code: { } code } ? range : throw new GlacierException(code, verdict.Message ?? code)
                    {
                        // The store may have lost the object, or the report came too late; the next one is another.
                        IsTransient = code is not (GlacierErrorCodes.ResourceNotFound or GlacierErrorCodes.AccessDenied),
                    };
                },
                _client.Transport.TimeProvider,
                cancellationToken).ConfigureAwait(false);
        }
        catch (GlacierException ended) when (ended.Code == GlacierErrorCodes.ResourceNotFound)
        {
            return null;
        }
    }

    private async Task<DirectGrant?> GrantAsync(ByteRange range, CancellationToken cancellationToken) =>
        (await _client.GrantWritesAsync(_vault, _uploadId, [range], cancellationToken: cancellationToken).ConfigureAwait(false))[0];

    private Task<UploadDescription> DescribeAsync(CancellationToken cancellationToken, TimeSpan? wait = null) =>
        _client.DescribeUploadAsync(_vault, _uploadId, wait, cancellationToken);

    /// <summary>Describes the upload again after the pause, or when it ends, if that is earlier.</summary>
    private async Task<UploadDescription> DescribeLaterAsync(UploadDescription known, CancellationToken cancellationToken)
    {
        if (_options.Pause >= ShortestWait && !known.IsStuck)
        {
            return await DescribeAsync(cancellationToken, _options.Pause < LongestWait ? _options.Pause : LongestWait)
                .ConfigureAwait(false);
        }

        // The server does not wait for an upload that is stuck.
        await Task.Delay(_options.Pause, _client.Transport.TimeProvider, cancellationToken).ConfigureAwait(false);
        return await DescribeAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until the upload has all bytes or has ended, and describes it. Returns null if nothing arrives for too long.</summary>
    private async Task<UploadDescription?> AwaitOthersAsync(long archiveSizeBytes, CancellationToken cancellationToken)
    {
        var time = _client.Transport.TimeProvider;
        var (bytes, since) = (-1L, time.GetTimestamp());
        var upload = await DescribeAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            if (upload.State is not VaultUploadState.Open || upload.Bytes >= archiveSizeBytes)
            {
                return upload;
            }

            if (upload.Bytes != bytes)
            {
                (bytes, since) = (upload.Bytes ?? 0, time.GetTimestamp());
            }

            if (time.GetElapsedTime(since) >= _options.Patience)
            {
                return null;
            }

            upload = await DescribeLaterAsync(upload, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The tree hash of the archive, from those of the upload's parts; null if parts are missing or the upload has ended.</summary>
    private async Task<TreeHash?> FindTreeHashAsync(long archiveSizeBytes, CancellationToken cancellationToken)
    {
        var have = await ServerParts.FindAsync(_client, _vault, _uploadId, cancellationToken).ConfigureAwait(false);
        return have?.HashesOf(have.Divide(_uploadId, archiveSizeBytes)) is { } hashes ? TreeHasher.Combine(hashes) : null;
    }
}
