using OrleansUploads.Core.Archives;
using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.Memory;

/// <summary>A part store in memory. It implements the whole contract except durability.</summary>
public sealed class MemoryPartStore : IPartStore
{
    private const int PageAttempts = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<UploadId, Stored> _uploads = [];

    public ValueTask<IAttemptWriter> CreateAsync(
        UploadId upload,
        AttemptId attempt,
        long lengthBytes,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var created = new MemoryAttempt(attempt, lengthBytes);
        lock (_gate)
        {
            if (!_uploads.TryGetValue(upload, out var stored))
            {
                _uploads.Add(upload, stored = new Stored());
            }

            if (!stored.Attempts.TryAdd(attempt, created))
            {
                throw new InvalidOperationException($"Attempt {attempt} already exists.");
            }
        }

        return ValueTask.FromResult<IAttemptWriter>(new MemoryAttempt.Writer(this, upload, attempt, created));
    }

    public ValueTask<IAttemptReader> OpenAsync(
        UploadId upload, AttemptId attempt, long? lengthBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var stored = _uploads.GetValueOrDefault(upload)?.Attempts.GetValueOrDefault(attempt);
            return stored is { IsCommitted: true } found
                ? ValueTask.FromResult<IAttemptReader>(new MemoryAttempt.Reader(upload, attempt, found))
                : throw new AttemptDamagedException(
                    $"Attempt {attempt} of upload {upload} is missing or was never committed.");
        }
    }

    public ValueTask PutManifestAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = ManifestCodec.Encode(manifest);
        lock (_gate)
        {
            if (!_uploads.TryGetValue(manifest.Upload, out var stored))
            {
                _uploads.Add(manifest.Upload, stored = new Stored());
            }

            if (stored.Manifest is not null && !stored.Manifest.AsSpan().SequenceEqual(bytes))
            {
                throw new InvalidOperationException($"Upload {manifest.Upload} already has a different manifest.");
            }

            stored.Manifest = bytes;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<Manifest?> ReadManifestAsync(UploadId upload, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        byte[]? bytes;
        lock (_gate)
        {
            bytes = _uploads.GetValueOrDefault(upload)?.Manifest;
        }

        return ValueTask.FromResult(bytes is null ? null : ManifestCodec.Decode(bytes, upload));
    }

    public IAsyncEnumerable<UploadId> ListUploadsAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return _uploads.Keys.ToArray().ToAsyncEnumerable();
        }
    }

    public IAsyncEnumerable<IReadOnlyList<AttemptId>> ListAttemptsAsync(UploadId upload, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            AttemptId[] attempts = _uploads.TryGetValue(upload, out var stored) ? [.. stored.Attempts.Keys] : [];
            return attempts.Chunk(PageAttempts).ToAsyncEnumerable();
        }
    }

    public ValueTask<IReadOnlyList<ListedAttempt>?> ListStoredAsync(UploadId upload, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            IReadOnlyList<ListedAttempt> attempts = _uploads.TryGetValue(upload, out var stored)
                ? [.. stored.Attempts.Select(pair => new ListedAttempt(pair.Key, pair.Value.Footer.LengthBytes))]
                : [];
            return ValueTask.FromResult<IReadOnlyList<ListedAttempt>?>(attempts);
        }
    }

    public ValueTask DeleteAttemptsAsync(UploadId upload, IReadOnlyList<AttemptId> attempts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var attempt in attempts)
        {
            Remove(upload, attempt);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DeleteUploadAsync(UploadId upload, DeletionGuard? guard, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        AttemptId[] listed;
        bool hasManifest;
        lock (_gate)
        {
            if (!_uploads.TryGetValue(upload, out var stored))
            {
                return;
            }

            listed = [.. stored.Attempts.Keys];
            hasManifest = stored.Manifest is not null;
        }

        if (guard is not null)
        {
            await guard(cancellationToken);
        }

        lock (_gate)
        {
            if (hasManifest && _uploads.TryGetValue(upload, out var stored))
            {
                stored.Manifest = null;
            }

            foreach (var attempt in listed)
            {
                Remove(upload, attempt);
            }

            if (_uploads.TryGetValue(upload, out var left) && left is { Attempts.Count: 0, Manifest: null })
            {
                _uploads.Remove(upload);
            }
        }
    }

    internal void Commit(UploadId upload, AttemptId attempt, MemoryAttempt written)
    {
        lock (_gate)
        {
            if (_uploads.GetValueOrDefault(upload)?.Attempts.GetValueOrDefault(attempt) != written)
            {
                throw new AttemptDamagedException(
                    $"Attempt {attempt} of upload {upload} was deleted while it was being written.");
            }

            written.IsCommitted = true;
        }
    }

    /// <summary>Removes an attempt, and its upload if nothing else is stored for it.</summary>
    internal void Remove(UploadId upload, AttemptId attempt)
    {
        lock (_gate)
        {
            if (_uploads.TryGetValue(upload, out var stored)
                && stored.Attempts.Remove(attempt)
                && stored.Attempts.Count == 0
                && stored.Manifest is null)
            {
                _uploads.Remove(upload);
            }
        }
    }

    private sealed class Stored
    {
        public Dictionary<AttemptId, MemoryAttempt> Attempts { get; } = [];

        public byte[]? Manifest { get; set; }
    }
}
