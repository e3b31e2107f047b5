using Orleans.Storage;
using OrleansUploads.Cluster.Journal;

namespace OrleansUploads.Cluster.Tests.Storage;

/// <summary>Grain storage whose standby may be gone. Then it still shows what is stored, and confirms nothing.</summary>
internal sealed class ReplicatedGrainStorage(IGrainStorage inner) : IConfirmingStorage
{
    public bool StandbyIsGone { get; set; }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        inner.ReadStateAsync(stateName, grainId, grainState);

    public Task ReadConfirmedStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) => StandbyIsGone
        ? throw new TimeoutException("The standby does not confirm what was read.")
        : inner.ReadStateAsync(stateName, grainId, grainState);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await inner.WriteStateAsync(stateName, grainId, grainState);
        if (StandbyIsGone)
        {
            throw new TimeoutException("The standby does not confirm what was written.");
        }
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        inner.ClearStateAsync(stateName, grainId, grainState);
}
