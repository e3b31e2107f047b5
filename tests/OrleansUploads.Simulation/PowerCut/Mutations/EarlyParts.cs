namespace OrleansUploads.Simulation.PowerCut.Mutations;

/// <summary>Reports an attempt or a manifest as durable before it is, so that the journal is written first.</summary>
internal sealed class EarlyParts(IPartStore inner, bool attempts, bool manifests) : DelegatingPartStore(inner)
{
    private static readonly TimeSpan Slowness = TimeSpan.FromMilliseconds(20);

    /// <summary>Few uploads have a manifest, so a power cut seldom comes at the right moment unless this is long.</summary>
    private static readonly TimeSpan ManifestSlowness = TimeSpan.FromMilliseconds(300);

    public override async ValueTask<IAttemptWriter> CreateAsync(
        UploadId upload, AttemptId attempt, long lengthBytes, CancellationToken cancellationToken)
    {
        var writer = await Inner.CreateAsync(upload, attempt, lengthBytes, cancellationToken);
        return attempts ? new Writer(writer) : writer;
    }

    public override async ValueTask PutManifestAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        if (manifests)
        {
            _ = PutLateAsync(manifest);
        }
        else
        {
            await Inner.PutManifestAsync(manifest, cancellationToken);
        }
    }

    private async Task PutLateAsync(Manifest manifest)
    {
        await Task.Delay(ManifestSlowness);
        await Inner.PutManifestAsync(manifest, CancellationToken.None);
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
