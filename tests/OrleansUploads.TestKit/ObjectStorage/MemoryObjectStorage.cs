using System.Collections.Concurrent;
using OrleansUploads.Engine.ObjectStorage;

namespace OrleansUploads.TestKit.ObjectStorage;

/// <summary>An object store in memory. A test may let calls fail, before or after their effect, and answers break off.</summary>
public class MemoryObjectStorage : IObjectStorage
{
    private readonly ConcurrentQueue<Fault> _faults = new();
    private readonly ConcurrentDictionary<string, (ObjectFault Fault, int Times)> _kept = new(StringComparer.Ordinal);
    private int _calls;

    public ConcurrentDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>The number of calls, including failed ones.</summary>
    public int Calls => _calls;

    /// <summary>Maximum number of objects in a page of a listing.</summary>
    public int PageObjects { get; init; } = 3;

    /// <inheritdoc/>
    public int MaxDeletions { get; init; } = 4;

    /// <summary>The number of calls so far that delete several objects.</summary>
    public int DeletionsOfSeveral { get; private set; }

    /// <summary>Whether the store can create an object only if it does not exist.</summary>
    public bool CreatesOnly { get; init; } = true;

    /// <inheritdoc/>
    public string Address => "memory://parts";

    /// <summary>Lets the next calls fail.</summary>
    /// <param name="fault">How.</param>
    /// <param name="times">How many.</param>
    /// <param name="afterEffect">Whether they have their effect.</param>
    /// <param name="afterBytes">For reads: the answer breaks off after so many bytes, or null to fail at once.</param>
    public void Fail(ObjectFault fault, int times = 1, bool afterEffect = false, int? afterBytes = null)
    {
        for (var i = 0; i < times; i++)
        {
            _faults.Enqueue(new Fault(fault, afterEffect, afterBytes));
        }
    }

    /// <inheritdoc/>
    public virtual async Task PutAsync(
        string key, Stream content, long lengthBytes, bool onlyIfAbsent, CancellationToken cancellationToken)
    {
        var fault = Begin();
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, cancellationToken);
        if (bytes.Length != lengthBytes)
        {
            throw new ObjectStorageException(ObjectFault.Refused);
        }

        if (onlyIfAbsent && !CreatesOnly)
        {
            throw new ObjectStorageException(ObjectFault.Refused);
        }

        if (!onlyIfAbsent)
        {
            Objects[key] = bytes.ToArray();
        }
        else if (!Objects.TryAdd(key, bytes.ToArray()))
        {
            throw new ObjectStorageException(ObjectFault.Exists);
        }

        End(fault);
    }

    /// <inheritdoc/>
    public virtual Task<ObjectContent> ReadAsync(string key, ObjectRange range, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var fault = Begin();
        if (!Objects.TryGetValue(key, out var bytes))
        {
            throw new ObjectStorageException(ObjectFault.Missing);
        }

        if (range.Offset >= bytes.Length)
        {
            throw new ObjectStorageException(ObjectFault.Missing);
        }

        var count = (int)Math.Min(range.LengthBytes, bytes.Length - range.Offset);
        Stream content = new MemoryStream(bytes, (int)range.Offset, count, writable: false);
        return Task.FromResult(
            new ObjectContent(fault?.AfterBytes is { } broken ? new BrokenStream(content, broken) : content, bytes.Length));
    }

    /// <inheritdoc/>
    public virtual Task<ObjectPage> ListAsync(string prefix, string? page, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Begin();
        var found = Objects
            .Where(stored => stored.Key.StartsWith(prefix, StringComparison.Ordinal)
                && (page is null || string.CompareOrdinal(stored.Key, page) > 0))
            .OrderBy(stored => stored.Key, StringComparer.Ordinal)
            .Select(stored => new ListedObject(stored.Key, stored.Value.Length))
            .Take(PageObjects + 1)
            .ToList();
        return Task.FromResult(found.Count > PageObjects
            ? new ObjectPage(found[..PageObjects], found[PageObjects - 1].Key)
            : new ObjectPage(found, null));
    }

    /// <inheritdoc/>
    public virtual Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var fault = Begin();
        Objects.TryRemove(key, out _);
        End(fault);
        return Task.CompletedTask;
    }

    /// <summary>Lets the next deletions of an object, among several, fail.</summary>
    public void FailDeletion(string key, ObjectFault fault, int times = 1) => _kept[key] = (fault, times);

    /// <inheritdoc/>
    public virtual Task<IReadOnlyList<FailedDeletion>> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (keys.Count > MaxDeletions)
        {
            throw new ObjectStorageException(ObjectFault.Refused);
        }

        var fault = Begin();
        DeletionsOfSeveral++;
        var failed = new List<FailedDeletion>();
        foreach (var key in keys)
        {
            if (_kept.TryGetValue(key, out var kept) && kept.Times > 0)
            {
                _kept[key] = kept with { Times = kept.Times - 1 };
                failed.Add(new FailedDeletion(key, kept.Fault, "planned"));
            }
            else
            {
                Objects.TryRemove(key, out _);
            }
        }

        End(fault);
        return Task.FromResult<IReadOnlyList<FailedDeletion>>(failed);
    }

    /// <inheritdoc/>
    public virtual ObjectFault FaultOf(Exception exception) =>
        exception is ObjectStorageException known ? known.Fault : ObjectFault.None;

    /// <inheritdoc/>
    public void Dispose() => GC.SuppressFinalize(this);

    private Fault? Begin()
    {
        Interlocked.Increment(ref _calls);
        return !_faults.TryDequeue(out var fault) ? null
            : fault is { AfterEffect: false, AfterBytes: null } ? throw new ObjectStorageException(fault.Kind)
            : fault;
    }

    private static void End(Fault? fault)
    {
        if (fault is { AfterEffect: true })
        {
            throw new ObjectStorageException(fault.Kind);
        }
    }

    private sealed record Fault(ObjectFault Kind, bool AfterEffect, int? AfterBytes);

    /// <summary>A connection that is cut after some bytes.</summary>
    private sealed class BrokenStream(Stream inner, int leftBytes) : MemoryStream
    {
        private int _left = leftBytes;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left == 0)
            {
                throw new IOException("The connection was cut.");
            }

            var read = await inner.ReadAsync(buffer[..Math.Min(_left, buffer.Length)], cancellationToken);
            _left -= read;
            return read;
        }
    }
}

/// <summary>A failure of a <see cref="MemoryObjectStorage"/>.</summary>
public sealed class ObjectStorageException(ObjectFault fault) : Exception($"Planned fault: {fault}.")
{
    /// <summary>What it says about the store.</summary>
    public ObjectFault Fault => fault;
}
