using Orleans.Storage;

namespace OrleansUploads.Cluster.Journal;

/// <summary>A storage provider with copies that may take over, whose reads can show what not every copy has yet: for example the write of
/// a host that gave up waiting for the answer.</summary>
/// <remarks>Journals read with <see cref="ReadConfirmedStateAsync"/> where an answer may reveal what was read. Without this interface,
/// every read of a provider counts as confirmed.</remarks>
public interface IConfirmingStorage : IGrainStorage
{
    /// <summary>Reads a state, and returns when a copy that takes over would have it, too.</summary>
    Task ReadConfirmedStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken);
}
