using OrleansUploads.Core.Archives;

namespace OrleansUploads.Engine.Ports;

/// <summary>Stores the bytes: immutable attempts, and one manifest for each completed upload.</summary>
/// <remarks>Nothing is ever overwritten. An attempt becomes a part only when its upload says so, so an incomplete attempt is harmless and
/// is collected later. The store does not know which attempts are in use; the upload is asked before anything is deleted. A store may show
/// an attempt from its creation on, or only from its commit on. In the second case an attempt that is deleted while it is being written
/// may still be committed afterwards; its upload then refuses it, and it is collected. All members may be called concurrently. Every
/// member may throw <see cref="PartStoreUnavailableException"/> if the store cannot carry out the call at the moment, and
/// <see cref="PartStoreFailedException"/> if it takes no writes until it is opened again.</remarks>
public interface IPartStore
{
    /// <summary>Why the store takes no writes until it is opened again, or null if it takes them.</summary>
    Exception? Failure => null;

    /// <summary>Whether each call takes a round trip over a network, so that readers open the next attempt before it is needed.</summary>
    bool IsDistant => false;

    /// <summary>Lets nodes write attempts straight into the store, or null if the store cannot.</summary>
    IWriteGrants? Grants => null;

    /// <summary>Begins a new attempt.</summary>
    /// <param name="upload">The upload that may come to own the attempt.</param>
    /// <param name="attempt">A name that was never used before.</param>
    /// <param name="lengthBytes">The number of bytes that will be written; at least 1.</param>
    /// <exception cref="PartStoreFullException">There is not enough room.</exception>
    /// <exception cref="InvalidOperationException">The name was used before. A store may find that at the commit only.</exception>
    ValueTask<IAttemptWriter> CreateAsync(UploadId upload, AttemptId attempt, long lengthBytes, CancellationToken cancellationToken);

    /// <summary>Opens a committed attempt for reading.</summary>
    /// <param name="lengthBytes">Its length, if the caller knows it. A distant store then needs one call less. Null otherwise.</param>
    /// <exception cref="AttemptDamagedException">The attempt is missing, was never committed, or differs from what was
    /// written.</exception>
    ValueTask<IAttemptReader> OpenAsync(UploadId upload, AttemptId attempt, long? lengthBytes, CancellationToken cancellationToken);

    /// <summary>Stores the manifest of a completed upload. The manifest is durable when the task has completed. Storing the same
    /// manifest again does nothing.</summary>
    /// <exception cref="PartStoreFullException">There is not enough room.</exception>
    /// <exception cref="InvalidOperationException">The upload has a different manifest.</exception>
    /// <exception cref="AttemptDamagedException">The upload has a damaged manifest.</exception>
    ValueTask PutManifestAsync(Manifest manifest, CancellationToken cancellationToken);

    /// <returns>Null if the upload has no manifest.</returns>
    /// <exception cref="AttemptDamagedException">The manifest differs from what was written.</exception>
    ValueTask<Manifest?> ReadManifestAsync(UploadId upload, CancellationToken cancellationToken);

    /// <summary>Lists all uploads that have anything stored, in no particular order. After a crash the list may include uploads that
    /// no longer have any data.</summary>
    IAsyncEnumerable<UploadId> ListUploadsAsync(CancellationToken cancellationToken);

    /// <summary>Lists all attempts of an upload that the store shows, in no particular order. Each page has a bounded number of them, at
    /// least one. Attempts of earlier pages may be deleted meanwhile.</summary>
    IAsyncEnumerable<IReadOnlyList<AttemptId>> ListAttemptsAsync(UploadId upload, CancellationToken cancellationToken);

    /// <summary>Lists the attempts of an upload with their lengths, in no particular order. The list may include attempts that are
    /// still being written. Attempts whose stored length no committed attempt can have are left out. No bytes are verified. Null if
    /// nothing but this program can take committed attempts away from the store, so that a completion need not look for them.</summary>
    ValueTask<IReadOnlyList<ListedAttempt>?> ListStoredAsync(UploadId upload, CancellationToken cancellationToken);

    /// <summary>Deletes attempts of an upload. Those that do not exist are no error. If the call throws, any of them may be deleted.
    /// </summary>
    ValueTask DeleteAttemptsAsync(UploadId upload, IReadOnlyList<AttemptId> attempts, CancellationToken cancellationToken);

    /// <summary>Deletes everything that is stored for an upload, first the manifest and then the attempts.</summary>
    /// <param name="guard">Called before each deletion, after what it deletes was listed. Nothing that was stored after the
    /// call may be deleted. If it throws, nothing more is deleted. Null if nothing forbids the deletion.</param>
    ValueTask DeleteUploadAsync(UploadId upload, DeletionGuard? guard, CancellationToken cancellationToken);
}

/// <summary>Throws if nothing may be deleted.</summary>
public delegate ValueTask DeletionGuard(CancellationToken cancellationToken);

public static class PartStoreCalls
{
    /// <summary>Deletes without a guard.</summary>
    public static ValueTask DeleteUploadAsync(this IPartStore parts, UploadId upload, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return parts.DeleteUploadAsync(upload, guard: null, cancellationToken);
    }
}

/// <summary>Writes one attempt from front to back. Disposing the writer before the commit deletes what was written.</summary>
public interface IAttemptWriter : IAsyncDisposable
{
    /// <summary>Appends bytes. The caller may reuse the memory when the task has completed.</summary>
    /// <exception cref="PartStoreFullException">The store has run out of room.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Makes the attempt durable, including its name. Exactly the announced number of bytes must have been written.</summary>
    /// <param name="leaves">SHA-256 of each 1 MiB of the bytes, stored beside them for the hashes of ranges.</param>
    /// <param name="cancellationToken">Cancels the call; the attempt may still be committed.</param>
    /// <exception cref="InvalidOperationException">More or fewer bytes were written than announced.</exception>
    /// <exception cref="AttemptDamagedException">The attempt was deleted while it was being written.</exception>
    ValueTask CommitAsync(ReadOnlyMemory<Sha256Digest> leaves, CancellationToken cancellationToken);
}

/// <summary>Reads one committed attempt. It returns exactly the bytes that were written, or it throws.</summary>
public interface IAttemptReader : IAsyncDisposable
{
    long LengthBytes { get; }

    /// <summary>Announces that a range will be read in order, so that the reader may ask for all of it at once.</summary>
    void Expect(long offset, long lengthBytes)
    {
    }

    /// <summary>Reads from an offset into the front of the buffer.</summary>
    /// <returns>The number of bytes read: the length of the buffer, or fewer at the end of the attempt.</returns>
    /// <remarks>Reads are fastest if the offset and the length of the buffer are multiples of 64 KiB.</remarks>
    /// <exception cref="AttemptDamagedException">The stored bytes differ from what was written.</exception>
    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Reads the leaves that were given at commit, in order.</summary>
    ValueTask<IReadOnlyList<Sha256Digest>> ReadLeavesAsync(CancellationToken cancellationToken);
}

/// <summary>The part store has no room left. Nothing was stored. Retrying helps after space has been freed.</summary>
public sealed class PartStoreFullException : Exception
{
    /// <summary>The message says what was attempted.</summary>
    public PartStoreFullException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>The part store cannot carry out the request at the moment: it does not answer, is overloaded, or refuses writes.
/// Nothing was acknowledged. Retrying later is safe and may succeed.</summary>
public class PartStoreUnavailableException : Exception
{
    /// <summary>The message says what was attempted, and why it failed.</summary>
    public PartStoreUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>Whether the same call may succeed if it is sent again.</summary>
    internal bool MaySucceedLater { get; init; }
}

/// <summary>The disk of the part store failed, so the store refuses all writes until it is opened again. Nothing was stored.
/// </summary>
public sealed class PartStoreFailedException : PartStoreUnavailableException
{
    /// <summary>The message says what failed, and what the operator must do.</summary>
    public PartStoreFailedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>Stored bytes are missing or differ from what was written. Damaged bytes are never returned. Retrying does not help.
/// </summary>
public sealed class AttemptDamagedException : Exception
{
    /// <summary>The message says which attempt or manifest is damaged, and how.</summary>
    public AttemptDamagedException(string message, Exception? inner = null)
        : base(message, inner) => What = message.TrimEnd('.');

    /// <summary>How it is damaged, without a full stop, for a report that names it itself.</summary>
    public string What { get; init; }

    /// <summary>Whether an attempt has no footer. It was never committed, or its end is missing.</summary>
    public bool IsUncommitted { get; init; }
}
