using OrleansUploads.Core.Archives;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Checking;

namespace OrleansUploads.Engine.Moving;

/// <summary>Copies the bytes of uploads from one part store to another, and compares them.</summary>
/// <param name="from">The store that has them.</param>
/// <param name="to">The store that gets them.</param>
internal sealed class UploadCopy(IPartStore from, IPartStore to) : IDisposable
{
    /// <summary>The maximum number of uploads that are copied at a time, and of attempts.</summary>
    public const int Parallelism = 16;

    private readonly AttemptCopy _attempts = new(from, to);
    private readonly SemaphoreSlim _turns = new(Parallelism);

    /// <summary>The limits of a loop over uploads.</summary>
    public static ParallelOptions Options(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };

    /// <summary>Copies the attempts and the manifest that an upload needs.</summary>
    /// <param name="id">The upload.</param>
    /// <param name="upload">Its state.</param>
    /// <param name="mayExist">Whether an earlier copy may have reached the target.</param>
    /// <param name="tally">Counts the attempts and the bytes.</param>
    /// <param name="cancellationToken">Cancels the copy.</param>
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
                Interlocked.Add(ref tally.Bytes, await _attempts.CopyAsync(id, attempt, mayExist, token));
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
    /// <param name="id">The upload.</param>
    /// <param name="upload">Its state.</param>
    /// <param name="tally">Counts the attempts and the bytes, or null.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
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

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();
}
