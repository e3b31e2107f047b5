using System.Runtime.CompilerServices;
using System.Text;
using OrleansUploads.Core.Archives;
using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>Stores attempts and manifests as objects of a bucket or container.</summary>
/// <remarks>An attempt is one object: its bytes, followed by the <see cref="AttemptFooter"/> that verifies them. It appears at its commit.
/// An abandoned attempt leaves nothing. The keys are the paths of <see cref="StoredNames"/>, <c>store-mark</c> and <c>store-claims/</c>.
/// The store decides what an acknowledged object survives. Several processes may use one prefix.</remarks>
public sealed class ObjectPartStore : ICopiedStore, IWriteGrants, IDisposable
{
    /// <summary>Key of the mark. It is stored; never change it.</summary>
    private const string MarkKey = "store-mark";

    /// <summary>What the keys of claims begin with. They are stored; never change it.</summary>
    private const string ClaimPrefix = "store-claims/";

    /// <summary>More than the longest manifest, which has 10,000 parts in external storage.</summary>
    private const int MaxWholeBytes = 64 * 1024 * 1024;

    /// <summary>For one upload, where one call deletes one object.</summary>
    private const int MaxDeletionsAtOnce = 16;

    private readonly IObjectStorage _storage;
    private readonly ObjectStorageOptions _options;
    private readonly ObjectCalls _calls;
    private readonly StoreAbilities _abilities;

    private ObjectPartStore(IObjectStorage storage, ObjectStorageOptions options, ObjectCalls calls, StoreAbilities abilities)
    {
        _storage = storage;
        _options = options;
        _calls = calls;
        _abilities = abilities;
    }

    public string Place => _storage.Address;

    public string MarkName => MarkKey;

    public bool IsDistant => true;

    /// <remarks>Null unless the trial has proved that a signed write creates and never replaces.</remarks>
    public IWriteGrants? Grants => _abilities.Grants ? this : null;

    /// <summary>Opens a store, and tries what it relies on.</summary>
    /// <param name="time">The clock of waits, or null for the system's.</param>
    /// <exception cref="PartStoreUnavailableException">The store does not answer, refuses the credentials, or lacks something.</exception>
    public static async Task<ObjectPartStore> OpenAsync(
        IObjectStorage storage,
        ObjectStorageOptions? options = null,
        TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new ObjectStorageOptions();
        time ??= TimeProvider.System;
        var calls = new ObjectCalls(storage, options, time);
        return new ObjectPartStore(storage, options, calls, await new StoreTrial(storage, calls, time, cancellationToken).RunAsync());
    }

    /// <summary>Opens a store for reading. Nothing is written, not even to try the store.</summary>
    public static ObjectPartStore OpenForReading(IObjectStorage storage)
    {
        var options = new ObjectStorageOptions();
        return new ObjectPartStore(storage, options, new ObjectCalls(storage, options, TimeProvider.System), abilities: default);
    }

    public ValueTask<IAttemptWriter> CreateAsync(
        UploadId upload, AttemptId attempt, long lengthBytes, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<IAttemptWriter>(cancellationToken)
            : ValueTask.FromResult<IAttemptWriter>(
                new ObjectAttemptWriter(_storage, _calls, _options, _abilities.CreatesOnly, upload, attempt, lengthBytes));

    public async ValueTask<IAttemptReader> OpenAsync(
        UploadId upload, AttemptId attempt, long? lengthBytes, CancellationToken cancellationToken) =>
        await ObjectAttemptReader.OpenAsync(_storage, _calls, upload, attempt, lengthBytes, cancellationToken);

    public async ValueTask<SignedWrite> SignAsync(
        UploadId upload, AttemptId attempt, long lengthBytes, DateTimeOffset until, CancellationToken cancellationToken) =>
        await _calls.RunAsync(
            $"signing the write of attempt {attempt}",
            token => _storage.SignAsync(
                StoredNames.PathOf(upload, attempt), lengthBytes + AttemptFooter.BytesFor(attempt, lengthBytes), until, token),
            cancellationToken);

    public async ValueTask PutManifestAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = ManifestCodec.Encode(manifest);
        if (!await PutNewAsync(StoredNames.PathOfManifest(manifest.Upload), bytes, cancellationToken))
        {
            // Reading it first says whether it is damaged.
            await ReadManifestAsync(manifest.Upload, cancellationToken);
            throw new InvalidOperationException($"Upload {manifest.Upload} already has a different manifest.");
        }
    }

    public async ValueTask<Manifest?> ReadManifestAsync(UploadId upload, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await FindAsync(StoredNames.PathOfManifest(upload), cancellationToken) is { } stored
            ? ManifestCodec.Decode(stored, upload)
            : null;
    }

    public async IAsyncEnumerable<UploadId> ListUploadsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        UploadId? last = null;
        await foreach (var stored in ListAsync("", cancellationToken))
        {
            // Keys are listed in order, so an upload's keys follow each other.
            if (StoredNames.TryParsePath(stored.Key, out var upload, out _) && upload != last)
            {
                last = upload;
                yield return upload;
            }
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<AttemptId>> ListAttemptsAsync(
        UploadId upload, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await foreach (var page in ListPagesAsync(StoredNames.PathOf(upload), cancellationToken))
        {
            var attempts = new List<AttemptId>(page.Count);
            foreach (var stored in page)
            {
                if (StoredNames.TryParsePath(stored.Key, out _, out var found) && found is { } attempt)
                {
                    attempts.Add(attempt);
                }
            }

            if (attempts.Count > 0)
            {
                yield return attempts;
            }
        }
    }

    public async IAsyncEnumerable<StoredItem> ListShareAsync(
        int share, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var stored in ListAsync(StoredNames.FanOutName(share) + "/", cancellationToken))
        {
            if (StoredNames.TryParsePath(stored.Key, out var upload, out var attempt))
            {
                yield return new StoredItem(upload, attempt, stored.LengthBytes);
            }
        }
    }

    /// <summary>Returns null: the store keeps what it has acknowledged, and listing 10,000 parts would take ten calls one
    /// after the other.</summary>
    public ValueTask<IReadOnlyList<ListedAttempt>?> ListStoredAsync(UploadId upload, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<ListedAttempt>?>(null);

    public async ValueTask DeleteAttemptsAsync(
        UploadId upload, IReadOnlyList<AttemptId> attempts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await DeleteAsync([.. attempts.Select(attempt => StoredNames.PathOf(upload, attempt))], cancellationToken);
    }

    public async ValueTask DeleteUploadAsync(UploadId upload, DeletionGuard? guard, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (prefix, manifest) = (StoredNames.PathOf(upload), StoredNames.PathOfManifest(upload));
        var page = await ListPageAsync(prefix, page: null, cancellationToken);
        var hasManifest = page.Objects.Any(IsManifest)
            || (page.Next is not null && (await ListPageAsync(manifest, page: null, cancellationToken)).Objects.Any(IsManifest));
        while (true)
        {
            string[] attempts = [.. page.Objects.Select(static stored => stored.Key).Where(IsAttempt)];
            if (guard is not null && (hasManifest || attempts.Length > 0))
            {
                await guard(cancellationToken);
            }

            if (hasManifest)
            {
                await DeleteAsync([manifest], cancellationToken);
                hasManifest = false;
            }

            if (attempts.Length > 0)
            {
                await DeleteAsync(attempts, cancellationToken);
            }

            if (page.Next is null)
            {
                return;
            }

            page = await ListPageAsync(prefix, page.Next, cancellationToken);
        }

        bool IsManifest(ListedObject stored) => stored.Key == manifest;

        static bool IsAttempt(string key) => StoredNames.TryParsePath(key, out _, out var attempt) && attempt is not null;
    }

    public async ValueTask<IReadOnlyList<string>> ListClaimsAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (var stored in ListAsync(ClaimPrefix, cancellationToken))
        {
            names.Add(stored.Key[ClaimPrefix.Length..]);
        }

        return names;
    }

    /// <summary>The call is sent once: a repeated one could arrive after the claim has been deleted.</summary>
    public async ValueTask PutClaimAsync(string name, string text, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        await _calls.TryAsync(
            $"storing {ClaimPrefix}{name}",
            async token =>
            {
                using var content = new MemoryStream(bytes, writable: false);
                await _storage.PutAsync(ClaimPrefix + name, content, bytes.Length, onlyIfAbsent: false, token);
                return true;
            },
            cancellationToken);
    }

    public async ValueTask<string?> ReadClaimAsync(string name, CancellationToken cancellationToken) =>
        await FindAsync(ClaimPrefix + name, cancellationToken) is { } text ? Encoding.UTF8.GetString(text) : null;

    public async ValueTask DeleteClaimAsync(string name, CancellationToken cancellationToken) =>
        await DeleteAsync([ClaimPrefix + name], cancellationToken);

    public async ValueTask<byte[]?> FindMarkAsync(CancellationToken cancellationToken) =>
        await FindAsync(MarkKey, cancellationToken);

    public async ValueTask<byte[]> FindOrMakeMarkAsync(ReadOnlyMemory<byte> random, CancellationToken cancellationToken)
    {
        if (await FindMarkAsync(cancellationToken) is { } found)
        {
            return found;
        }

        await PutNewAsync(MarkKey, random.ToArray(), cancellationToken);
        return await FindMarkAsync(cancellationToken)
            ?? throw new PartStoreUnavailableException($"{Place}: the store does not return the mark that it has just acknowledged.");
    }

    public async ValueTask<bool> HasBytesAsync(CancellationToken cancellationToken)
    {
        await foreach (var _ in ListUploadsAsync(cancellationToken))
        {
            return true;
        }

        return false;
    }

    public void Dispose() => _storage.Dispose();

    /// <summary>Stores an object that is never replaced.</summary>
    /// <returns>False if there is an object with other bytes.</returns>
    private async Task<bool> PutNewAsync(string key, byte[] bytes, CancellationToken cancellationToken)
    {
        if (_abilities.CreatesOnly)
        {
            try
            {
                await PutAsync(onlyIfAbsent: true);
                return true;
            }
            catch (ObjectExistsException)
            {
                // Another process stored it, or an earlier try of this call did and its answer was lost.
            }
        }

        var found = await FindAsync(key, cancellationToken);
        if (found is null)
        {
            await PutAsync(onlyIfAbsent: false);
            return true;
        }

        return found.AsSpan().SequenceEqual(bytes);

        Task PutAsync(bool onlyIfAbsent) => _calls.RunAsync(
            $"storing {key}",
            async token =>
            {
                using var content = new MemoryStream(bytes, writable: false);
                await _storage.PutAsync(key, content, bytes.Length, onlyIfAbsent, token);
            },
            cancellationToken);
    }

    /// <summary>Deletes objects: several with one call if the store can do that, otherwise one by one, a few at a time. If
    /// it throws, any of them may be deleted.</summary>
    private async Task DeleteAsync(string[] keys, CancellationToken cancellationToken)
    {
        if (keys.Length == 1 || !_abilities.DeletesSeveral)
        {
            await Parallel.ForEachAsync(
                keys,
                new ParallelOptions { MaxDegreeOfParallelism = MaxDeletionsAtOnce, CancellationToken = cancellationToken },
                async (key, token) => await _calls.RunAsync($"deleting {key}", sent => _storage.DeleteAsync(key, sent), token));
            return;
        }

        foreach (var some in keys.Chunk(_storage.MaxDeletions))
        {
            // A further try sends only what is left.
            IReadOnlyList<string> left = some;
            await _calls.RunAsync(
                $"deleting {some.Length} objects, such as {some[0]},",
                async token =>
                {
                    var failed = await _storage.DeleteAsync(left, token);
                    if (failed.Count > 0)
                    {
                        left = [.. failed.Select(static failure => failure.Key)];
                        throw new ObjectsLeftException(failed[0], failed.Count);
                    }
                },
                cancellationToken);
        }
    }

    private async Task<byte[]?> FindAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await _calls.RunAsync(
                $"reading {key}",
                async token =>
                {
                    using var content = await _storage.ReadAsync(key, new ObjectRange(0, MaxWholeBytes), token);
                    var bytes = content.ObjectBytes <= MaxWholeBytes
                        ? new byte[content.ObjectBytes]
                        : throw new AttemptDamagedException($"{Place}: {key} has {content.ObjectBytes} bytes, more than any manifest.");
                    await content.Bytes.ReadExactlyAsync(bytes, token);
                    return bytes;
                },
                cancellationToken);
        }
        catch (ObjectMissingException)
        {
            return null;
        }
    }

    private async IAsyncEnumerable<ListedObject> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in ListPagesAsync(prefix, cancellationToken))
        {
            foreach (var stored in page)
            {
                yield return stored;
            }
        }
    }

    private async IAsyncEnumerable<IReadOnlyList<ListedObject>> ListPagesAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var page = await ListPageAsync(prefix, next, cancellationToken);
            yield return page.Objects;
            next = page.Next;
        }
        while (next is not null);
    }

    private Task<ObjectPage> ListPageAsync(string prefix, string? page, CancellationToken cancellationToken) =>
        _calls.RunAsync($"listing {prefix}", token => _storage.ListAsync(prefix, page, token), cancellationToken);
}

public sealed record ObjectStorageOptions
{
    /// <summary>The wait before the second try. It doubles for each further one.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Attempts up to this length are kept in memory until they are stored, so that they can be sent again.</summary>
    public int RepeatableBytes { get; init; } = 1024 * 1024;
}
