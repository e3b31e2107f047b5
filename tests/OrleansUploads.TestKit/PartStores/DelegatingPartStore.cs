using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.TestKit.PartStores;

/// <summary>Passes every call to another part store. A decorator overrides the members that it changes.</summary>
public abstract class DelegatingPartStore(IPartStore inner) : IPartStore
{
    protected IPartStore Inner => inner;

    public virtual Exception? Failure => inner.Failure;

    public virtual bool IsDistant => inner.IsDistant;

    public virtual IWriteGrants? Grants => inner.Grants;

    public virtual ValueTask<IAttemptWriter> CreateAsync(
        UploadId upload, AttemptId attempt, long lengthBytes, CancellationToken cancellationToken) =>
        inner.CreateAsync(upload, attempt, lengthBytes, cancellationToken);

    public virtual ValueTask<IAttemptReader> OpenAsync(
        UploadId upload, AttemptId attempt, long? lengthBytes, CancellationToken cancellationToken) =>
        inner.OpenAsync(upload, attempt, lengthBytes, cancellationToken);

    public virtual ValueTask PutManifestAsync(Manifest manifest, CancellationToken cancellationToken) =>
        inner.PutManifestAsync(manifest, cancellationToken);

    public virtual ValueTask<Manifest?> ReadManifestAsync(UploadId upload, CancellationToken cancellationToken) =>
        inner.ReadManifestAsync(upload, cancellationToken);

    public virtual IAsyncEnumerable<UploadId> ListUploadsAsync(CancellationToken cancellationToken) =>
        inner.ListUploadsAsync(cancellationToken);

    public virtual ValueTask<IReadOnlyList<ListedAttempt>?> ListStoredAsync(
        UploadId upload, CancellationToken cancellationToken) =>
        inner.ListStoredAsync(upload, cancellationToken);

    public virtual IAsyncEnumerable<IReadOnlyList<AttemptId>> ListAttemptsAsync(
        UploadId upload, CancellationToken cancellationToken) =>
        inner.ListAttemptsAsync(upload, cancellationToken);

    public virtual ValueTask DeleteAttemptsAsync(
        UploadId upload, IReadOnlyList<AttemptId> attempts, CancellationToken cancellationToken) =>
        inner.DeleteAttemptsAsync(upload, attempts, cancellationToken);

    public virtual ValueTask DeleteUploadAsync(UploadId upload, DeletionGuard? guard, CancellationToken cancellationToken) =>
        inner.DeleteUploadAsync(upload, guard, cancellationToken);
}
