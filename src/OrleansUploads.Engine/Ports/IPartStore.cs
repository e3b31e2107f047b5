using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Engine.Ports;

/// <summary>Where the bytes are: immutable attempts, and one manifest per completed upload.</summary>
/// <remarks>
/// Nothing is ever overwritten. An attempt is no part until its upload has said so, so a half-written one is harmless
/// and is collected later. Which attempts are wanted is not known here: the upload is asked before anything is deleted.
/// All members may be called concurrently.
/// </remarks>
public interface IPartStore
{
    /// <summary>Begins a new attempt.</summary>
    /// <param name="upload">The upload that may come to own it.</param>
    /// <param name="attempt">Its name; never used before.</param>
    /// <param name="lengthBytes">How many bytes will be written; at least 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PartStoreFullException">There is no room for that many bytes.</exception>
    /// <exception cref="InvalidOperationException">The name was used before.</exception>
    ValueTask<IAttemptWriter> CreateAsync(UploadId upload, AttemptId attempt, long lengthBytes, CancellationToken cancellationToken);

    /// <summary>Opens a committed attempt for reading.</summary>
    /// <exception cref="AttemptDamagedException">It is missing, was never committed, or is not what was written.</exception>
    ValueTask<IAttemptReader> OpenAsync(UploadId upload, AttemptId attempt, CancellationToken cancellationToken);

    /// <summary>Stores the manifest of a completed upload. Durable when the task has completed; repeating it with the
    /// same manifest does nothing.</summary>
    /// <exception cref="PartStoreFullException">There is no room.</exception>
    /// <exception cref="InvalidOperationException">The upload has another manifest.</exception>
    /// <exception cref="AttemptDamagedException">It has one that is not what was written.</exception>
    ValueTask PutManifestAsync(Manifest manifest, CancellationToken cancellationToken);

    /// <summary>Reads the manifest of an upload; null where there is none.</summary>
    /// <exception cref="AttemptDamagedException">It is not what was written.</exception>
    ValueTask<Manifest?> ReadManifestAsync(UploadId upload, CancellationToken cancellationToken);

    /// <summary>All uploads that have anything stored here, in no particular order. After a crash one may be named of which
    /// nothing is left.</summary>
    IAsyncEnumerable<UploadId> ListUploadsAsync(CancellationToken cancellationToken);

    /// <summary>All attempts of an upload, committed or not, in no particular order.</summary>
    ValueTask<IReadOnlyList<AttemptId>> ListAttemptsAsync(UploadId upload, CancellationToken cancellationToken);

    /// <summary>Deletes one attempt; nothing happens where there is none.</summary>
    ValueTask DeleteAttemptAsync(UploadId upload, AttemptId attempt, CancellationToken cancellationToken);

    /// <summary>Deletes all that an upload has here, its manifest first and its attempts after.</summary>
    ValueTask DeleteUploadAsync(UploadId upload, CancellationToken cancellationToken);
}

/// <summary>One attempt being written, front to back. Disposing it uncommitted deletes what was written.</summary>
public interface IAttemptWriter : IAsyncDisposable
{
    /// <summary>Adds bytes. The caller may reuse the memory when the task has completed.</summary>
    /// <exception cref="PartStoreFullException">The store ran out of room.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Makes the attempt durable, name included. Exactly the announced number of bytes must have been written.</summary>
    /// <param name="leaves">SHA-256 of each 1 MiB of the bytes, kept beside them for the hashes of ranges.</param>
    /// <param name="cancellationToken">Gives up; the attempt may be there all the same.</param>
    /// <exception cref="InvalidOperationException">More or fewer bytes were written than announced.</exception>
    /// <exception cref="AttemptDamagedException">The attempt was deleted while it was being written.</exception>
    ValueTask CommitAsync(ReadOnlyMemory<Sha256Digest> leaves, CancellationToken cancellationToken);
}

/// <summary>One committed attempt being read. What it hands out is what was written, or it throws.</summary>
public interface IAttemptReader : IAsyncDisposable
{
    /// <summary>Length of the attempt's bytes.</summary>
    long LengthBytes { get; }

    /// <summary>Fills the front of the buffer from an offset; returns how many bytes, 0 only at the end.</summary>
    /// <remarks>It fills as much as there is. Fastest when the offset and the buffer are multiples of 64 KiB.</remarks>
    /// <exception cref="AttemptDamagedException">The stored bytes are not those that were written.</exception>
    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>The leaves given at commit, in order.</summary>
    ValueTask<IReadOnlyList<Sha256Digest>> ReadLeavesAsync(CancellationToken cancellationToken);
}
