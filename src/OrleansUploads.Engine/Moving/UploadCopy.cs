using System.Buffers;
using OrleansUploads.Core.Archives;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Checking;

namespace OrleansUploads.Engine.Moving;

/// <summary>Copies the bytes of uploads from one part store to another, and compares them.</summary>
internal sealed class UploadCopy(IPartStore from, IPartStore to) : IDisposable
{
    /// <summary>The maximum number of uploads that are copied at a time, and of attempts.</summary>
    public const int Parallelism = 16;

    private const int BufferBytes = 1024 * 1024;

    private readonly SemaphoreSlim _turns = new(Parallelism);

    /// <summary>The limits of a loop over uploads.</summary>
    public static ParallelOptions Options(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };

    /// <summary>Copies the attempts and the manifest that an upload needs. An earlier copy may have reached the
    /// target.</summary>
    /// <exception cref="AttemptDamagedException">The source does not have what was acknowledged.</exception>
    public async ValueTask CopyAsync(
        UploadId id, UploadState upload, bool mayExist, MoveTally tally, CancellationToken cancellationToken)
    {
        Manifest? manifest = null;
        var needed = NeededAttempt.Of(upload);
        if (needed is null)
        {
            manifest = await new ArchiveReader(from).ReadManifestAsync(id, cancellationToken);
            needed = NeededAttempt.Of(manifest);
        }

        await Parallel.ForEachAsync(needed, Options(cancellationToken), async (attempt, token) =>
        {
            await _turns.WaitAsync(token);
            try
            {
                Interlocked.Add(ref tally.Bytes, await CopyAttemptAsync(id, attempt, mayExist, token));
                Interlocked.Increment(ref tally.Attempts);
            }
            finally
            {
                _turns.Release();
            }
        });
        if (manifest is not null)
        {
            await to.PutManifestAsync(manifest, cancellationToken);
        }
    }

    /// <summary>Reads what an upload needs from the target, every byte, and compares it with what was acknowledged. A copy that differs is
    /// deleted, so that the next call of <see cref="CopyAsync"/> makes it again.</summary>
    /// <returns>A description of the first difference, or null.</returns>
    public async ValueTask<string?> FindFaultAsync(
        UploadId id, UploadState upload, MoveTally? tally, CancellationToken cancellationToken)
    {
        try
        {
            var check = new AttemptCheck(to, isDeep: true, new ReadPace(bytesPerSecond: null, TimeProvider.System));
            var needed = NeededAttempt.Of(upload) ?? NeededAttempt.Of(await new ArchiveReader(to).ReadManifestAsync(id, cancellationToken));
            foreach (var attempt in needed)
            {
                if (await check.FindFaultAsync(id, attempt, cancellationToken) is { } fault)
                {
                    if (!ReferenceEquals(from, to))
                    {
                        await to.DeleteAttemptsAsync(id, [attempt.Attempt], cancellationToken);
                    }

                    return $"Attempt {attempt.Attempt} of upload {id} differs in the cluster: {fault}.";
                }

                if (tally is not null)
                {
                    Interlocked.Increment(ref tally.Attempts);
                    Interlocked.Add(ref tally.Bytes, attempt.LengthBytes);
                }
            }

            return null;
        }
        catch (AttemptDamagedException fault)
        {
            return fault.Message;
        }
    }

    public void Dispose() => _turns.Dispose();

    /// <summary>Copies an attempt. The bytes are checked against the hash that was acknowledged. A complete copy that may
    /// exist is kept.</summary>
    /// <returns>The number of bytes copied.</returns>
    /// <exception cref="AttemptDamagedException">The source does not have what was acknowledged.</exception>
    private async ValueTask<long> CopyAttemptAsync(
        UploadId upload, NeededAttempt needed, bool mayExist, CancellationToken cancellationToken)
    {
        if (mayExist && await HasAsync(to, upload, needed, cancellationToken))
        {
            return 0;
        }

        await using var reader = await from.OpenAsync(upload, needed.Attempt, needed.LengthBytes, cancellationToken);
        var leaves = await FindLeavesAsync(reader, needed, cancellationToken) ?? throw new AttemptDamagedException(
            $"Attempt {needed.Attempt} of upload {upload}: its length or its hashes are not those that were acknowledged.");

        if (mayExist)
        {
            // An interrupted copy may have left an attempt that is not committed.
            await to.DeleteAttemptsAsync(upload, [needed.Attempt], cancellationToken);
        }

        await using var writer = await to.CreateAsync(upload, needed.Attempt, needed.LengthBytes, cancellationToken);
        reader.Expect(0, needed.LengthBytes);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (long offset = 0; offset < needed.LengthBytes;)
            {
                var count = await reader.ReadAsync(offset, buffer.AsMemory(0, BufferBytes), cancellationToken);
                await writer.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                offset += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        await writer.CommitAsync(leaves, cancellationToken);
        return needed.LengthBytes;
    }

    private static async ValueTask<bool> HasAsync(
        IPartStore store, UploadId upload, NeededAttempt needed, CancellationToken cancellationToken)
    {
        try
        {
            await using var reader = await store.OpenAsync(upload, needed.Attempt, lengthBytes: null, cancellationToken);
            return await FindLeavesAsync(reader, needed, cancellationToken) is not null;
        }
        catch (AttemptDamagedException)
        {
            return false;
        }
    }

    /// <summary>Reads the leaves of an attempt, or returns null if its length or its leaves are not those that were acknowledged.</summary>
    private static async ValueTask<Sha256Digest[]?> FindLeavesAsync(
        IAttemptReader reader, NeededAttempt needed, CancellationToken cancellationToken)
    {
        Sha256Digest[] leaves = [.. await reader.ReadLeavesAsync(cancellationToken)];
        return reader.LengthBytes == needed.LengthBytes && TreeHasher.FromLeaves(leaves) == needed.TreeHash ? leaves : null;
    }
}
