using OrleansUploads.Core.Archives;

namespace OrleansUploads.Engine.Ownership;

/// <summary>A part store that stores and deletes only while its owner holds it. Reading is always possible.</summary>
public sealed class OwnedPartStore(IPartStore inner, StoreOwnership ownership) : IPartStore
{
    /// <summary>The key under which a host's services have the store that its engine uses.</summary>
    public const string ServiceKey = "orleans-uploads-owned";

    /// <summary>Returns a store that has no mark, if only this process can reach it.</summary>
    /// <exception cref="NotSupportedException">Others can reach it, too.</exception>
    public static IPartStore RequirePrivate(IPartStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return !store.IsDistant ? store : throw new NotSupportedException(
            $"{store.GetType().Name} is a part store that other processes can reach, so it must implement {nameof(IStoreMark)}. Otherwise two "
            + "servers could use it and delete each other's bytes.");
    }

    /// <summary>The store without the check.</summary>
    public IPartStore Inner => inner;

    public StoreOwnership Ownership => ownership;

    public Exception? Failure => ownership.Loss ?? inner.Failure;

    public bool IsDistant => inner.IsDistant;

    public IWriteGrants? Grants => inner.Grants is { } grants ? new OwnedGrants(grants, ownership) : null;

    public async ValueTask<IAttemptWriter> CreateAsync(
        UploadId upload, AttemptId attempt, long lengthBytes, CancellationToken cancellationToken)
    {
        await ownership.RequireForWriteAsync(cancellationToken);
        return new Writer(await inner.CreateAsync(upload, attempt, lengthBytes, cancellationToken), ownership);
    }

    public ValueTask<IAttemptReader> OpenAsync(
        UploadId upload, AttemptId attempt, long? lengthBytes, CancellationToken cancellationToken) =>
        inner.OpenAsync(upload, attempt, lengthBytes, cancellationToken);

    public async ValueTask PutManifestAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        await ownership.RequireForWriteAsync(cancellationToken);
        await inner.PutManifestAsync(manifest, cancellationToken);
    }

    public ValueTask<Manifest?> ReadManifestAsync(UploadId upload, CancellationToken cancellationToken) =>
        inner.ReadManifestAsync(upload, cancellationToken);

    public IAsyncEnumerable<UploadId> ListUploadsAsync(CancellationToken cancellationToken) => inner.ListUploadsAsync(cancellationToken);

    public IAsyncEnumerable<IReadOnlyList<AttemptId>> ListAttemptsAsync(UploadId upload, CancellationToken cancellationToken) =>
        inner.ListAttemptsAsync(upload, cancellationToken);

    public ValueTask<IReadOnlyList<ListedAttempt>?> ListStoredAsync(UploadId upload, CancellationToken cancellationToken) =>
        inner.ListStoredAsync(upload, cancellationToken);

    public async ValueTask DeleteAttemptsAsync(
        UploadId upload, IReadOnlyList<AttemptId> attempts, CancellationToken cancellationToken)
    {
        await ownership.RequireAsync(cancellationToken);
        await inner.DeleteAttemptsAsync(upload, attempts, cancellationToken);
    }

    public ValueTask DeleteUploadAsync(UploadId upload, DeletionGuard? guard, CancellationToken cancellationToken) =>
        inner.DeleteUploadAsync(
            upload,
            async token =>
            {
                await ownership.RequireAsync(token);
                if (guard is not null)
                {
                    await guard(token);
                }
            },
            cancellationToken);

    private sealed class OwnedGrants(IWriteGrants inner, StoreOwnership ownership) : IWriteGrants
    {
        public async ValueTask<SignedWrite> SignAsync(
            UploadId upload, AttemptId attempt, long lengthBytes, DateTimeOffset until, CancellationToken cancellationToken)
        {
            await ownership.RequireForWriteAsync(cancellationToken);
            return await inner.SignAsync(upload, attempt, lengthBytes, until, cancellationToken);
        }

        public ValueTask RequireAsync(CancellationToken cancellationToken) => ownership.RequireForWriteAsync(cancellationToken);
    }

    private sealed class Writer(IAttemptWriter inner, StoreOwnership ownership) : IAttemptWriter
    {
        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
            inner.WriteAsync(bytes, cancellationToken);

        public async ValueTask CommitAsync(ReadOnlyMemory<Sha256Digest> leaves, CancellationToken cancellationToken)
        {
            await inner.CommitAsync(leaves, cancellationToken);

            // Afterwards, so that a body that took hours is not acknowledged in a store that was lost meanwhile.
            await ownership.RequireForWriteAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
