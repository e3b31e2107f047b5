using OrleansUploads.Core.Messages.Archives;
using OrleansUploads.Core.Messages.Uploads;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Hashing;

namespace OrleansUploads.Engine.DataFolders;

/// <summary>A part store that refuses bytes if they would leave too little free space on the disk.</summary>
internal sealed class FloorPartStore(IPartStore parts, DiskSpace space) : IPartStore
{
    /// <inheritdoc/>
    public async ValueTask<IAttemptWriter> CreateAsync(
        UploadId upload, AttemptId attempt, long lengthBytes, CancellationToken cancellationToken)
    {
        space.Require(lengthBytes);
        return new Writer(await parts.CreateAsync(upload, attempt, lengthBytes, cancellationToken), space);
    }

    /// <inheritdoc/>
    public ValueTask<IAttemptReader> OpenAsync(UploadId upload, AttemptId attempt, CancellationToken cancellationToken) =>
        parts.OpenAsync(upload, attempt, cancellationToken);

    /// <inheritdoc/>
    public ValueTask PutManifestAsync(Manifest manifest, CancellationToken cancellationToken) =>
        parts.PutManifestAsync(manifest, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Manifest?> ReadManifestAsync(UploadId upload, CancellationToken cancellationToken) =>
        parts.ReadManifestAsync(upload, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<UploadId> ListUploadsAsync(CancellationToken cancellationToken) =>
        parts.ListUploadsAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ListedAttempt>> ListStoredAsync(UploadId upload, CancellationToken cancellationToken) =>
        parts.ListStoredAsync(upload, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<AttemptId>> ListAttemptsAsync(UploadId upload, CancellationToken cancellationToken) =>
        parts.ListAttemptsAsync(upload, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DeleteAttemptAsync(UploadId upload, AttemptId attempt, CancellationToken cancellationToken) =>
        parts.DeleteAttemptAsync(upload, attempt, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DeleteUploadAsync(UploadId upload, CancellationToken cancellationToken) =>
        parts.DeleteUploadAsync(upload, cancellationToken);

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
