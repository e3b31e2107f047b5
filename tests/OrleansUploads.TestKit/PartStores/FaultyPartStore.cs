using System.Runtime.CompilerServices;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Hashing;

namespace OrleansUploads.TestKit.PartStores;

/// <summary>A part store that fails according to a plan, which is called once per call, in order.</summary>
public sealed class FaultyPartStore(IPartStore inner, Func<PartStoreStep, PartStoreFault> plan) : DelegatingPartStore(inner)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PartStoreCall, int> _calls = [];

    /// <summary>Uses a plan whose lines may be added while the store is in use.</summary>
    public FaultyPartStore(IPartStore inner, PartStorePlan plan)
        : this(inner, plan.For)
    {
    }

    public int Calls(PartStoreCall call)
    {
        lock (_gate)
        {
            return _calls.GetValueOrDefault(call);
        }
    }

    public override ValueTask<IAttemptWriter> CreateAsync(
        UploadId upload, AttemptId attempt, long lengthBytes, CancellationToken cancellationToken) =>
        RunAsync<IAttemptWriter>(
            PartStoreCall.Create,
            async () => new Writer(this, await Inner.CreateAsync(upload, attempt, lengthBytes, cancellationToken)),
            cancellationToken);

    public override ValueTask<IAttemptReader> OpenAsync(
        UploadId upload, AttemptId attempt, long? lengthBytes, CancellationToken cancellationToken) =>
        RunAsync<IAttemptReader>(
            PartStoreCall.Open,
            async () => new Reader(this, await Inner.OpenAsync(upload, attempt, lengthBytes, cancellationToken)),
            cancellationToken);

    public override ValueTask PutManifestAsync(Manifest manifest, CancellationToken cancellationToken) =>
        RunAsync(PartStoreCall.PutManifest, () => Inner.PutManifestAsync(manifest, cancellationToken), cancellationToken);

    public override async IAsyncEnumerable<IReadOnlyList<AttemptId>> ListAttemptsAsync(
        UploadId upload, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = await RunAsync(
            PartStoreCall.ListAttempts,
            () => Inner.ListAttemptsAsync(upload, cancellationToken).ToListAsync(cancellationToken),
            cancellationToken);
        foreach (var page in pages)
        {
            yield return page;
        }
    }

    public override ValueTask<IReadOnlyList<ListedAttempt>?> ListStoredAsync(UploadId upload, CancellationToken cancellationToken) =>
        RunAsync(PartStoreCall.ListStored, () => Inner.ListStoredAsync(upload, cancellationToken), cancellationToken);

    public override ValueTask DeleteAttemptsAsync(
        UploadId upload, IReadOnlyList<AttemptId> attempts, CancellationToken cancellationToken) =>
        RunAsync(
            PartStoreCall.DeleteAttempt, () => Inner.DeleteAttemptsAsync(upload, attempts, cancellationToken), cancellationToken);

    public override ValueTask DeleteUploadAsync(UploadId upload, DeletionGuard? guard, CancellationToken cancellationToken) =>
        RunAsync(PartStoreCall.DeleteUpload, () => Inner.DeleteUploadAsync(upload, guard, cancellationToken), cancellationToken);

    private async ValueTask RunAsync(PartStoreCall call, Func<ValueTask> effect, CancellationToken cancellationToken) => await RunAsync(
        call,
        async () =>
        {
            await effect();
            return true;
        },
        cancellationToken);

    private async ValueTask<T> RunAsync<T>(PartStoreCall call, Func<ValueTask<T>> effect, CancellationToken cancellationToken)
    {
        var step = new PartStoreStep(call, Count(call));
        var fault = plan(step);
        if (fault.Failure is { } failure)
        {
            throw failure($"Planned fault: {step}.");
        }

        await (fault.GateBefore?.PassAsync(cancellationToken) ?? Task.CompletedTask);
        var result = await effect();
        await (fault.GateAfter?.PassAsync(cancellationToken) ?? Task.CompletedTask);
        return result;
    }

    private int Count(PartStoreCall call)
    {
        lock (_gate)
        {
            return _calls[call] = _calls.GetValueOrDefault(call) + 1;
        }
    }

    private sealed class Writer(FaultyPartStore store, IAttemptWriter inner) : IAttemptWriter
    {
        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
            store.RunAsync(PartStoreCall.Write, () => inner.WriteAsync(bytes, cancellationToken), cancellationToken);

        public ValueTask CommitAsync(ReadOnlyMemory<Sha256Digest> leaves, CancellationToken cancellationToken) =>
            store.RunAsync(PartStoreCall.Commit, () => inner.CommitAsync(leaves, cancellationToken), cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class Reader(FaultyPartStore store, IAttemptReader inner) : IAttemptReader
    {
        public long LengthBytes => inner.LengthBytes;

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
            store.RunAsync(PartStoreCall.Read, () => inner.ReadAsync(offset, buffer, cancellationToken), cancellationToken);

        public ValueTask<IReadOnlyList<Sha256Digest>> ReadLeavesAsync(CancellationToken cancellationToken) =>
            inner.ReadLeavesAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
