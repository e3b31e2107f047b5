using System.Collections.Concurrent;

namespace OrleansUploads.Cluster.Tests.Storage;

/// <summary>Grain storage that records its calls. On a database, each is one round trip.</summary>
internal sealed class CountedGrainStorage(IGrainStorage inner) : IGrainStorage
{
    private readonly ConcurrentQueue<string> _calls = new();

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _calls.Enqueue($"read {grainId.Type}");
        return inner.ReadStateAsync(stateName, grainId, grainState);
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _calls.Enqueue($"write {grainId.Type}");
        return inner.WriteStateAsync(stateName, grainId, grainState);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _calls.Enqueue($"clear {grainId.Type}");
        return inner.ClearStateAsync(stateName, grainId, grainState);
    }

    /// <summary>The calls since this was last called, in alphabetic order.</summary>
    public IReadOnlyList<string> Take()
    {
        List<string> calls = [];
        while (_calls.TryDequeue(out var call))
        {
            calls.Add(call);
        }

        calls.Sort(StringComparer.Ordinal);
        return calls;
    }
}
