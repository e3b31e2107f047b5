namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>A bucket or container of an object store, with a prefix for all keys. An adapter translates these calls to an SDK, once and
/// without retries; <see cref="ObjectPartStore"/> does the rest.</summary>
/// <remarks>The store must show what it has acknowledged: a read or a listing that begins after a write has succeeded sees it.</remarks>
public interface IObjectStorage : IDisposable
{
    /// <summary>The address for messages, such as <c>s3://bucket/prefix</c>.</summary>
    string Address { get; }

    /// <summary>Stores an object, durably, or nothing.</summary>
    /// <param name="key">The key, without the prefix.</param>
    /// <param name="content">The bytes. The adapter reads exactly <paramref name="lengthBytes"/> of them, and does not dispose the stream.
    /// If reading throws, nothing may be stored.</param>
    /// <param name="lengthBytes">The length of the object.</param>
    /// <param name="onlyIfAbsent">Whether the call fails if the key has an object. A store that cannot do this must not be asked to.</param>
    /// <param name="cancellationToken">Cancels the call; the object may still be stored.</param>
    Task PutAsync(string key, Stream content, long lengthBytes, bool onlyIfAbsent, CancellationToken cancellationToken);

    /// <summary>Opens a range of an object.</summary>
    /// <param name="range">The range. It ends earlier if the object does.</param>
    Task<ObjectContent> ReadAsync(string key, ObjectRange range, CancellationToken cancellationToken);

    /// <summary>Lists objects in the order of their keys, one page.</summary>
    /// <param name="prefix">What the keys begin with, without the prefix of the storage.</param>
    /// <param name="page">Where the previous page ended, or null for the first page.</param>
    Task<ObjectPage> ListAsync(string prefix, string? page, CancellationToken cancellationToken);

    /// <summary>Deletes an object. A missing object is not an error. If the call is cancelled, the object may still be deleted.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>The largest number of objects that one call deletes; 1 if the store has no such call.</summary>
    int MaxDeletions => 1;

    /// <summary>Deletes several objects with one call. Missing objects are not errors.</summary>
    /// <param name="cancellationToken">Cancels the call; any of the objects may still be deleted.</param>
    /// <returns>Each object that the store does not confirm as deleted.</returns>
    Task<IReadOnlyList<FailedDeletion>> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{Address} deletes objects one by one.");

    /// <summary>Signs the permission to store one object if the key has none. Nothing is sent.</summary>
    /// <param name="key">The key, without the prefix.</param>
    /// <param name="lengthBytes">The length of the object. A store that can sign it refuses any other.</param>
    /// <param name="until">When the permission ends.</param>
    /// <exception cref="NotSupportedException">The storage cannot sign.</exception>
    Task<SignedWrite> SignAsync(string key, long lengthBytes, DateTimeOffset until, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{Address} does not sign writes.");

    /// <summary>What an exception of the SDK says about the store. Failures of the connection are known without it.</summary>
    ObjectFault FaultOf(Exception exception);
}

/// <summary>A range of an object: its first byte, and the number of bytes.</summary>
public readonly record struct ObjectRange(long Offset, long LengthBytes);

/// <summary>The bytes of a range of an object, as they arrive. Dispose of it, even if it was not read to its end.</summary>
/// <param name="owner">Disposed with the content, or null.</param>
public sealed class ObjectContent(Stream bytes, long objectBytes, IDisposable? owner = null) : IDisposable
{
    public Stream Bytes => bytes;

    /// <summary>The length of the whole object.</summary>
    public long ObjectBytes => objectBytes;

    /// <summary>The length of the whole object in the header Content-Range, <c>bytes 0-99/1000</c>, or null if it does not say.</summary>
    public static long? TotalIn(string? contentRange) =>
        contentRange?.LastIndexOf('/') is > 0 and var slash && long.TryParse(contentRange.AsSpan(slash + 1), out var total)
            ? total
            : null;

    public void Dispose()
    {
        bytes.Dispose();
        owner?.Dispose();
    }
}

/// <summary>One page of a listing.</summary>
/// <param name="Objects">Keys, without the prefix of the storage, and lengths.</param>
/// <param name="Next">Where the next page begins, or null at the end.</param>
public sealed record ObjectPage(IReadOnlyList<ListedObject> Objects, string? Next);

/// <summary>An object that a call did not delete, although it deleted others. The key is without the prefix of the storage.</summary>
public readonly record struct FailedDeletion(string Key, ObjectFault Fault, string Message);

/// <summary>An object in a listing. The key is without the prefix of the storage.</summary>
public readonly record struct ListedObject(string Key, long LengthBytes);
