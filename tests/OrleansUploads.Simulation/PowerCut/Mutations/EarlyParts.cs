using OrleansUploads.Core.Messages.Archives;
using OrleansUploads.Core.Messages.Uploads;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Hashing;

namespace OrleansUploads.Simulation.PowerCut.Mutations;

/// <summary>Reports an attempt or a manifest as durable before it is, so that the journal is written first.</summary>
internal sealed class EarlyParts(IPartStore inner, bool attempts, bool manifests) : IPartStore
{
    private static readonly TimeSpan Slowness = TimeSpan.FromMilliseconds(20);

    public async ValueTask<IAttemptWriter> CreateAsync(
        UploadId upload, AttemptId attempt, long lengthBytes, CancellationToken cancellationToken)
    {
        var writer = await inner.CreateAsync(upload, attempt, lengthBytes, cancellationToken);
        return attempts ? new Writer(writer) : writer;
    }

    public async ValueTask PutManifestAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        if (manifests)
        {
            _ = PutLateAsync(manifest);
        }
        else
        {
            await inner.PutManifestAsync(manifest, cancellationToken);
        }
    }

    public ValueTask<IAttemptReader> OpenAsync(UploadId upload, AttemptId attempt, CancellationToken cancellationToken) =>
        inner.OpenAsync(upload, attempt, cancellationToken);

    public ValueTask<Manifest?> ReadManifestAsync(UploadId upload, CancellationToken cancellationToken) =>
        inner.ReadManifestAsync(upload, cancellationToken);

    public IAsyncEnumerable<UploadId> ListUploadsAsync(CancellationToken cancellationToken) =>
        inner.ListUploadsAsync(cancellationToken);

    public ValueTask<IReadOnlyList<AttemptId>> ListAttemptsAsync(UploadId upload, CancellationToken cancellationToken) =>
        inner.ListAttemptsAsync(upload, cancellationToken);

    public ValueTask<IReadOnlyList<ListedAttempt>> ListStoredAsync(UploadId upload, CancellationToken cancellationToken) =>
        inner.ListStoredAsync(upload, cancellationToken);

    public ValueTask DeleteAttemptAsync(UploadId upload, AttemptId attempt, CancellationToken cancellationToken) =>
        inner.DeleteAttemptAsync(upload, attempt, cancellationToken);

    public ValueTask DeleteUploadAsync(UploadId upload, CancellationToken cancellationToken) =>
        inner.DeleteUploadAsync(upload, cancellationToken);

    private async Task PutLateAsync(Manifest manifest)
    {
        await Task.Delay(Slowness);
        await inner.PutManifestAsync(manifest, CancellationToken.None);
    }

    private sealed class Writer(IAttemptWriter inner) : IAttemptWriter
    {
        private Task _committed = Task.CompletedTask;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
            inner.WriteAsync(bytes, cancellationToken);

        public ValueTask CommitAsync(ReadOnlyMemory<Sha256Digest> leaves, CancellationToken cancellationToken)
        {
            _committed = CommitLateAsync(leaves.ToArray());
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            _ = EndAsync();
            return ValueTask.CompletedTask;
        }

        private async Task CommitLateAsync(Sha256Digest[] leaves)
        {
            await Task.Delay(Slowness);
            await inner.CommitAsync(leaves, CancellationToken.None);
        }

        private async Task EndAsync()
        {
            await _committed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await inner.DisposeAsync();
        }
    }
}
