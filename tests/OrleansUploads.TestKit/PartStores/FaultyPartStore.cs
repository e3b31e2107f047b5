using System.Runtime.CompilerServices;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Hashing;

namespace OrleansUploads.TestKit.PartStores;

/// <summary>A part store that fails according to a plan, before or after the effect.</summary>
/// <remarks>The plan is called once per call, in order, so the same calls in the same order get the same faults.</remarks>
public sealed class FaultyPartStore(IPartStore inner, Func<PartStoreStep, PartStoreFault> plan) : IPartStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PartStoreCall, int> _calls = [];

    /// <summary>Uses a plan whose lines may be added while the store is in use.</summary>
    public FaultyPartStore(IPartStore inner, PartStorePlan plan)
        : this(inner, plan.For)
    {
    }

    /// <summary>Number of calls of a kind, including failed ones.</summary>
    public int Calls(PartStoreCall call)
    {
        lock (_gate)
        {
            return _calls.GetValueOrDefault(call);
        }
    }

    public ValueTask<IAttemptWriter> CreateAsync(
        UploadId upload,
        AttemptId attempt,
        long lengthBytes,
        CancellationToken cancellationToken) =>
        RunAsync<IAttemptWriter>(
            PartStoreCall.Create,
            upload,
            attempt,
            async () => new Writer(
                this, upload, attempt, await inner.CreateAsync(upload, attempt, lengthBytes, cancellationToken)),
            cancellationToken);

    public ValueTask<IAttemptReader> OpenAsync(
        UploadId upload, AttemptId attempt, long? lengthBytes, CancellationToken cancellationToken) =>
        RunAsync<IAttemptReader>(
            PartStoreCall.Open,
            upload,
            attempt,
            async () => new Reader(this, upload, attempt, await inner.OpenAsync(upload, attempt, lengthBytes, cancellationToken)),
            cancellationToken);

    public ValueTask PutManifestAsync(Manifest manifest, CancellationToken cancellationToken) =>
        RunAsync(
            PartStoreCall.PutManifest,
            manifest.Upload,
            null,
            () => inner.PutManifestAsync(manifest, cancellationToken),
            cancellationToken);

    public ValueTask<Manifest?> ReadManifestAsync(UploadId upload, CancellationToken cancellationToken) =>
        RunAsync(
            PartStoreCall.ReadManifest,
            upload,
            null,
            () => inner.ReadManifestAsync(upload, cancellationToken),
            cancellationToken);

    public async IAsyncEnumerable<UploadId> ListUploadsAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var uploads = await RunAsync(
            PartStoreCall.ListUploads,
            default,
            null,
            () => inner.ListUploadsAsync(cancellationToken).ToListAsync(cancellationToken),
            cancellationToken);
        foreach (var upload in uploads)
        {
            yield return upload;
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<AttemptId>> ListAttemptsAsync(
        UploadId upload, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = await RunAsync(
            PartStoreCall.ListAttempts,
            upload,
            null,
            () => inner.ListAttemptsAsync(upload, cancellationToken).ToListAsync(cancellationToken),
            cancellationToken);
        foreach (var page in pages)
        {
            yield return page;
        }
    }

    public ValueTask<IReadOnlyList<ListedAttempt>?> ListStoredAsync(
        UploadId upload, CancellationToken cancellationToken) =>
        RunAsync(
            PartStoreCall.ListStored,
            upload,
            null,
            () => inner.ListStoredAsync(upload, cancellationToken),
            cancellationToken);

    public ValueTask DeleteAttemptsAsync(
        UploadId upload, IReadOnlyList<AttemptId> attempts, CancellationToken cancellationToken) =>
        RunAsync(
            PartStoreCall.DeleteAttempt,
            upload,
            attempts is [var only] ? only : null,
            () => inner.DeleteAttemptsAsync(upload, attempts, cancellationToken),
            cancellationToken);

    public ValueTask DeleteUploadAsync(UploadId upload, DeletionGuard? guard, CancellationToken cancellationToken) =>
        RunAsync(
            PartStoreCall.DeleteUpload,
            upload,
            null,
            () => inner.DeleteUploadAsync(upload, guard, cancellationToken),
            cancellationToken);

    private async ValueTask RunAsync(
        PartStoreCall call,
        UploadId upload,
        AttemptId? attempt,
        Func<ValueTask> effect,
        CancellationToken cancellationToken) =>
        await RunAsync(
            call,
            upload,
            attempt,
            async () =>
            {
                await effect();
                return true;
            },
            cancellationToken);

    private async ValueTask<T> RunAsync<T>(
        PartStoreCall call,
        UploadId upload,
        AttemptId? attempt,
        Func<ValueTask<T>> effect,
        CancellationToken cancellationToken)
    {
        var step = new PartStoreStep(call, Count(call), upload, attempt);
        switch (plan(step))
        {
            case PartStoreFault.FailBefore:
                throw new IOException($"Planned fault: {step} fails before its effect.");
            case PartStoreFault.DiskIsFull:
                throw new PartStoreFullException($"Planned fault: {step} finds the disk full.");
            case PartStoreFault.StoreIsUnavailable:
                throw new PartStoreUnavailableException($"Planned fault: {step} finds the store unavailable.");
            case PartStoreFault.BytesAreDamaged:
                throw new AttemptDamagedException($"Planned fault: {step} finds damaged bytes.");
            case PartStoreFault.FailAfter:
                await effect();
                throw new IOException($"Planned fault: {step} fails after its effect.");
            case PartStoreFault.Hold { AfterEffect: false } hold:
                await hold.Gate.PassAsync(cancellationToken);
                return await effect();
            case PartStoreFault.Hold hold:
                var result = await effect();
                await hold.Gate.PassAsync(cancellationToken);
                return result;
            default:
                return await effect();
        }
    }

    private int Count(PartStoreCall call)
    {
        lock (_gate)
        {
            return _calls[call] = _calls.GetValueOrDefault(call) + 1;
        }
    }

    private sealed class Writer(FaultyPartStore store, UploadId upload, AttemptId attempt, IAttemptWriter inner)
        : IAttemptWriter
    {
        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
            store.RunAsync(
                PartStoreCall.Write,
                upload,
                attempt,
                () => inner.WriteAsync(bytes, cancellationToken),
                cancellationToken);

        public ValueTask CommitAsync(ReadOnlyMemory<Sha256Digest> leaves, CancellationToken cancellationToken) =>
            store.RunAsync(
                PartStoreCall.Commit,
                upload,
                attempt,
                () => inner.CommitAsync(leaves, cancellationToken),
                cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class Reader(FaultyPartStore store, UploadId upload, AttemptId attempt, IAttemptReader inner)
        : IAttemptReader
    {
        public long LengthBytes => inner.LengthBytes;

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
            store.RunAsync(
                PartStoreCall.Read,
                upload,
                attempt,
                () => inner.ReadAsync(offset, buffer, cancellationToken),
                cancellationToken);

        public ValueTask<IReadOnlyList<Sha256Digest>> ReadLeavesAsync(CancellationToken cancellationToken) =>
            store.RunAsync(
                PartStoreCall.ReadLeaves,
                upload,
                attempt,
                () => inner.ReadLeavesAsync(cancellationToken),
                cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
