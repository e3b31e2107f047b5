using System.Collections.Concurrent;
using System.Globalization;

namespace OrleansUploads.Cluster.Tests.Storage;

/// <summary>Grain storage in this process that survives silos and whole clusters. It has rows with ETags, like every
/// provider.</summary>
/// <remarks>Rows are serialized if a serializer is given. Otherwise the immutable objects are stored.</remarks>
internal sealed class SharedGrainStorage(IGrainStorageSerializer? serializer = null) : IGrainStorage
{
    private readonly ConcurrentDictionary<(string, GrainId), Row> _rows = new();

    private SharedGrainStorage(SharedGrainStorage original, IGrainStorageSerializer? serializer)
        : this(serializer)
    {
        _rows = new(original._rows);
        _lastETag = original._lastETag;
    }
    private long _lastETag;
    private long _largestRowBytes;
    private long _bytesWritten;

    /// <summary>State names of all rows.</summary>
    public IEnumerable<string> RowNames => _rows.Keys.Select(key => key.Item1);

    /// <summary>Length of the longest row written so far, if rows are serialized.</summary>
    public long LargestRowBytes => Volatile.Read(ref _largestRowBytes);

    /// <summary>Number of bytes written so far, if rows are serialized.</summary>
    public long BytesWritten => Volatile.Read(ref _bytesWritten);

    /// <summary>Copies all rows, as a backup of a database does.</summary>
    public SharedGrainStorage Copy() => new(this, serializer);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var exists = _rows.TryGetValue((stateName, grainId), out var row);
        grainState.RecordExists = exists;
        grainState.ETag = exists ? row!.ETag : null;
        grainState.State = exists ? Thaw<T>(row!.Content) : Activator.CreateInstance<T>();
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var row = new Row(NextETag(), Freeze(grainState.State));
        if (!(grainState.ETag is { } known
                ? _rows.TryGetValue((stateName, grainId), out var old) && old.ETag == known
                    && _rows.TryUpdate((stateName, grainId), row, old)
                : _rows.TryAdd((stateName, grainId), row)))
        {
            throw new InconsistentStateException($"The ETag of {stateName} of {grainId} is not {grainState.ETag}.");
        }

        grainState.ETag = row.ETag;
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (!_rows.TryGetValue((stateName, grainId), out var row) || row.ETag != grainState.ETag
            || !_rows.TryRemove(new KeyValuePair<(string, GrainId), Row>((stateName, grainId), row)))
        {
            throw new InconsistentStateException($"The ETag of {stateName} of {grainId} is not {grainState.ETag}.");
        }

        grainState.ETag = null;
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }

    private object Freeze<T>(T? state)
    {
        if (serializer is null)
        {
            return state!;
        }

        var content = serializer.Serialize(state);
        Interlocked.Add(ref _bytesWritten, content.ToMemory().Length);
        InterlockedMax(ref _largestRowBytes, content.ToMemory().Length);
        return content;
    }

    private T? Thaw<T>(object content) => serializer is null ? (T)content : serializer.Deserialize<T>((BinaryData)content);

    private string NextETag() => Interlocked.Increment(ref _lastETag).ToString(CultureInfo.InvariantCulture);

    private static void InterlockedMax(ref long place, long value)
    {
        for (var seen = Volatile.Read(ref place); seen < value; seen = Volatile.Read(ref place))
        {
            Interlocked.CompareExchange(ref place, value, seen);
        }
    }

    private sealed record Row(string ETag, object Content);
}
