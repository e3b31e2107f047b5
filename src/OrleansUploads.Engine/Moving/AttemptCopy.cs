using System.Buffers;
using OrleansUploads.Engine.Checking;

namespace OrleansUploads.Engine.Moving;

/// <summary>Copies attempts from one part store to another.</summary>
/// <param name="from">The store that has them.</param>
/// <param name="to">The store that gets them.</param>
internal sealed class AttemptCopy(IPartStore from, IPartStore to)
{
    private const int BufferBytes = 1024 * 1024;

    /// <summary>Copies an attempt. The bytes are checked against the hash that was acknowledged.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="needed">The attempt.</param>
    /// <param name="mayExist">Whether an earlier copy may have reached the target. A complete one is kept.</param>
    /// <param name="cancellationToken">Cancels the copy.</param>
    /// <returns>The number of bytes copied.</returns>
    /// <exception cref="AttemptDamagedException">The source does not have what was acknowledged.</exception>
    public async ValueTask<long> CopyAsync(UploadId upload, NeededAttempt needed, bool mayExist, CancellationToken cancellationToken)
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
