using Orleans.Storage;

namespace OrleansUploads.Cluster.Benchmarks;

/// <summary>Grain storage that answers as a database nearby does, after a millisecond. One that answers at once would never let two
/// reports meet in a write.</summary>
internal sealed class NearbyGrainStorage(IGrainStorage inner) : IGrainStorage
{
    private static readonly TimeSpan Way = TimeSpan.FromMilliseconds(1);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Task.Delay(Way);
        await inner.ReadStateAsync(stateName, grainId, grainState);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Task.Delay(Way);
        await inner.WriteStateAsync(stateName, grainId, grainState);
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Task.Delay(Way);
        await inner.ClearStateAsync(stateName, grainId, grainState);
    }
}
