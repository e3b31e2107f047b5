using System.Buffers;
using System.Runtime.CompilerServices;
using OrleansUploads.Engine.Attempts;
using OrleansUploads.Engine.Checking;
using OrleansUploads.Engine.Ownership;

namespace OrleansUploads.Engine.Moving;

/// <summary>Copies attempts and manifests from one part store to an unused one. Servers can keep using the source.</summary>
/// <remarks>What is stored never changes and no name is used twice, so the listings of both stores say what is missing, and a copy can be
/// interrupted and repeated. The names at the target are kept in memory for a few of 256 shares at a time.</remarks>
public sealed class PartsCopy(ICopiedStore from, ICopiedStore to, CopyOptions options, TimeProvider time)
{
    private const int SharesAtOnce = 4;
    private const int CopiesInShare = 8;
    private const int BufferBytes = 1024 * 1024;

    private readonly ReadPace _pace = new(options.BytesPerSecond, time);

    /// <summary>What the current copy has done so far.</summary>
    public MoveTally Tally { get; private set; } = new();

    /// <summary>Copies what is missing at the target.</summary>
    /// <returns>What was copied, and the damage found.</returns>
    /// <exception cref="IOException">The target is in use.</exception>
    public async Task<MoveTally> CopyAsync(CancellationToken cancellationToken)
    {
        await RequireFreeTargetAsync(ownMark: null, cancellationToken);
        return await CopyMissingAsync(options.ComparesHashes, cancellationToken);
    }

    /// <summary>Ends the use of the source, copies what is missing, and gives the target the mark of the source. Processes that use
    /// the source lose it, and can no longer store or delete anything in it. The target then belongs to the same decisions.</summary>
    /// <returns>What was copied, and the damage found. With damage, the target gets no mark.</returns>
    /// <exception cref="IOException">The source has no mark or has moved to another place, or the target is in use.</exception>
    public async Task<MoveTally> FinishAsync(CancellationToken cancellationToken)
    {
        var mark = await from.FindMarkAsync(cancellationToken) ?? throw new IOException(
            $"{from.Place} has no mark '{from.MarkName}', so it is not the store of a cluster, nor of a server with --parts.");
        var moved = await StoreOwnership.FindMovedAsync(from, cancellationToken);
        if (moved is not null && moved != to.Place)
        {
            throw new IOException($"{from.Place} has moved to {moved} already.");
        }

        await RequireFreeTargetAsync(moved is null ? null : mark, cancellationToken);
        if (await to.FindMarkAsync(cancellationToken) is not null)
        {
            // An earlier call has ended the move.
            return Tally = new MoveTally();
        }

        await StoreOwnership.LeaveAsync(from, to.Place, cancellationToken);

        // Processes stop storing once their last reading of the claims is too old. An earlier call may have ended before that.
        await Task.Delay(StoreOwnership.WriteReadingLife, time, cancellationToken);
        var tally = await CopyMissingAsync(options.ComparesHashes, cancellationToken);
        if (tally.FaultCount > 0)
        {
            return tally;
        }

        var again = await CopyMissingAsync(comparesHashes: false, cancellationToken);
        Tally = tally;
        if (again.AttemptCount + again.ManifestCount + again.FaultCount > 0)
        {
            throw new IOException(
                $"{to.Place} has taken {again.AttemptCount + again.ManifestCount} parts and manifests and did not list them afterwards. Look for the "
                + "cause, and run the command again.");
        }

        return (await to.FindOrMakeMarkAsync(mark, cancellationToken)).AsSpan().SequenceEqual(mark) ? tally : throw InUse(to);
    }

    private static ParallelOptions AtOnce(int count, CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = count, CancellationToken = cancellationToken };

    private static IOException InUse(ICopiedStore store) => new(
        $"{store.Place} belongs to a server or cluster already: it has a mark or a claim. Copy to an empty place.");

    private async ValueTask RequireFreeTargetAsync(byte[]? ownMark, CancellationToken cancellationToken)
    {
        var mark = await to.FindMarkAsync(cancellationToken);
        var isOwn = ownMark is not null && mark.AsSpan().SequenceEqual(ownMark);
        if (!isOwn && (mark is not null || (await to.ListClaimsAsync(cancellationToken)).Count > 0))
        {
            throw InUse(to);
        }
    }

    private async Task<MoveTally> CopyMissingAsync(bool comparesHashes, CancellationToken cancellationToken)
    {
        Tally = new MoveTally();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, StoredNames.FanOut),
            AtOnce(SharesAtOnce, cancellationToken),
            async (share, token) => await Parallel.ForEachAsync(
                FindAsync(share, token),
                AtOnce(CopiesInShare, token),
                (pair, inner) => CopyAsync(pair.Item, pair.Found, comparesHashes, inner)));
        return Tally;
    }

    /// <summary>Lists a share of the source, with the lengths of the same items at the target.</summary>
    private async IAsyncEnumerable<(StoredItem Item, long? Found)> FindAsync(
        int share, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var there = new Dictionary<(UploadId, AttemptId?), long>();
        await foreach (var item in to.ListShareAsync(share, cancellationToken))
        {
            there[(item.Upload, item.Attempt)] = item.StoredBytes;
        }

        await foreach (var item in from.ListShareAsync(share, cancellationToken))
        {
            yield return (item, there.TryGetValue((item.Upload, item.Attempt), out var bytes) ? bytes : null);
        }
    }

    private async ValueTask CopyAsync(StoredItem item, long? found, bool comparesHashes, CancellationToken cancellationToken)
    {
        try
        {
            if (found == item.StoredBytes && await IsWholeAsync(item, comparesHashes, cancellationToken))
            {
                Interlocked.Increment(ref Tally.Present);
            }
            else if (item.Attempt is { } attempt)
            {
                await CopyAttemptAsync(item, attempt, exists: found is not null, cancellationToken);
            }
            else if (await from.ReadManifestAsync(item.Upload, cancellationToken) is { } manifest)
            {
                await to.PutManifestAsync(manifest, cancellationToken);
                Interlocked.Increment(ref Tally.Manifests);
            }
        }
        catch (AttemptDamagedException damaged)
        {
            if (damaged.IsUncommitted)
            {
                Interlocked.Increment(ref Tally.Unfinished);
            }
            else if (await IsStillThereAsync(item, cancellationToken))
            {
                Tally.Add(damaged.Message);
            }
        }
        catch (InvalidOperationException other)
        {
            Tally.Add($"{to.Place}: {other.Message} Another process stores there, too.");
        }
    }

    /// <summary>Whether what the target lists is complete. An object store lists nothing else; in a folder, an interrupted copy may have left a
    /// file of any length.</summary>
    private async ValueTask<bool> IsWholeAsync(StoredItem item, bool comparesHashes, CancellationToken cancellationToken)
    {
        if (!comparesHashes && (to.IsDistant || item.Attempt is null))
        {
            return true;
        }

        try
        {
            return item.Attempt is null
                ? await to.ReadManifestAsync(item.Upload, cancellationToken) is not null
                : await ReadLeavesAsync(to, item, cancellationToken) is var leaves
                    && (!comparesHashes || leaves.SequenceEqual(await ReadLeavesAsync(from, item, cancellationToken)));
        }
        catch (AttemptDamagedException)
        {
            return false;
        }
    }

    private static async ValueTask<IReadOnlyList<Sha256Digest>> ReadLeavesAsync(
        ICopiedStore store, StoredItem item, CancellationToken cancellationToken)
    {
        var attempt = item.Attempt!.Value;
        await using var reader = await store.OpenAsync(
            item.Upload, attempt, AttemptFooter.LengthIn(attempt, item.StoredBytes), cancellationToken);
        return await reader.ReadLeavesAsync(cancellationToken);
    }

    private async ValueTask CopyAttemptAsync(
        StoredItem item, AttemptId attempt, bool exists, CancellationToken cancellationToken)
    {
        await using var reader = await from.OpenAsync(
            item.Upload, attempt, AttemptFooter.LengthIn(attempt, item.StoredBytes), cancellationToken);
        if (exists)
        {
            await to.DeleteAttemptsAsync(item.Upload, [attempt], cancellationToken);
        }

        var leaves = await reader.ReadLeavesAsync(cancellationToken);
        await using var writer = await to.CreateAsync(item.Upload, attempt, reader.LengthBytes, cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (long offset = 0; offset < reader.LengthBytes;)
            {
                if (offset == 0 || options.BytesPerSecond is not null)
                {
                    // One request would stay open for too long while the copy is paced.
                    reader.Expect(offset, options.BytesPerSecond is null ? reader.LengthBytes : Math.Min(BufferBytes, reader.LengthBytes - offset));
                }

                var count = await reader.ReadAsync(offset, buffer.AsMemory(0, BufferBytes), cancellationToken);
                await writer.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                offset += count;
                await _pace.ThrottleAsync(count, cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        await writer.CommitAsync(leaves.ToArray(), cancellationToken);
        Interlocked.Increment(ref Tally.Attempts);
        Interlocked.Add(ref Tally.Bytes, reader.LengthBytes);
    }

    private async ValueTask<bool> IsStillThereAsync(StoredItem item, CancellationToken cancellationToken)
    {
        if (item.Attempt is not { } attempt)
        {
            return true;
        }

        await foreach (var page in from.ListAttemptsAsync(item.Upload, cancellationToken))
        {
            if (page.Contains(attempt))
            {
                return true;
            }
        }

        return false;
    }
}

public sealed record CopyOptions
{
    /// <summary>Whether the stored hashes of what was copied before are compared, too, with a request for each attempt.</summary>
    public bool ComparesHashes { get; init; }

    /// <summary>Maximum bytes to copy per second, or null for no limit.</summary>
    public long? BytesPerSecond { get; init; }
}
