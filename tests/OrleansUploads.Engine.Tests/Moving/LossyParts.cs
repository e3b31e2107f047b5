namespace OrleansUploads.Engine.Tests.Moving;

/// <summary>Stores a wrong byte at the beginning of each attempt.</summary>
internal sealed class LossyParts(IPartStore inner) : DelegatingPartStore(inner)
{
    public override async ValueTask<IAttemptWriter> CreateAsync(
        UploadId upload, AttemptId attempt, long lengthBytes, CancellationToken cancellationToken) =>
        new LossyWriter(await base.CreateAsync(upload, attempt, lengthBytes, cancellationToken));

    private sealed class LossyWriter(IAttemptWriter inner) : IAttemptWriter
    {
        private bool _hasBegun;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            var written = bytes.ToArray();
            written[0] ^= _hasBegun ? (byte)0 : (byte)1;
            _hasBegun = true;
            return inner.WriteAsync(written, cancellationToken);
        }

        public ValueTask CommitAsync(ReadOnlyMemory<Sha256Digest> leaves, CancellationToken cancellationToken) =>
            inner.CommitAsync(leaves, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
