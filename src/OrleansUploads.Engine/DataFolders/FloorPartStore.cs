using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Engine.DataFolders;

/// <summary>A part store that refuses bytes if they would leave too little free space on the disk.</summary>
internal sealed class FloorPartStore(IPartStore inner, DiskSpace space) : DelegatingPartStore(inner)
{
    /// <inheritdoc/>
    public override async ValueTask<IAttemptWriter> CreateAsync(
        UploadId upload, AttemptId attempt, long lengthBytes, CancellationToken cancellationToken)
    {
        space.Require(lengthBytes);
        return new Writer(await Inner.CreateAsync(upload, attempt, lengthBytes, cancellationToken), space);
    }

    /// <summary>Checks the free space again at intervals, because other writers use the same disk.</summary>
    private sealed class Writer(IAttemptWriter writer, DiskSpace space) : IAttemptWriter
    {
        private long _written;
        private long _checkedAt;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            _written += bytes.Length;
            if (_written - _checkedAt >= AllocationAhead.Bytes)
            {
                _checkedAt = _written;
                space.Require(0);
            }

            return writer.WriteAsync(bytes, cancellationToken);
        }

        public ValueTask CommitAsync(ReadOnlyMemory<Sha256Digest> leaves, CancellationToken cancellationToken) =>
            writer.CommitAsync(leaves, cancellationToken);

        public ValueTask DisposeAsync() => writer.DisposeAsync();
    }
}
