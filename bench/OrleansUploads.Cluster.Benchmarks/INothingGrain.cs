using Orleans.Concurrency;
using OrleansUploads.Cluster.Abstractions.Entities;

namespace OrleansUploads.Cluster.Benchmarks;

/// <summary>A grain that takes what an entity takes, and does nothing with it: what Orleans itself costs.</summary>
internal interface INothingGrain : IGrainWithStringKey
{
    /// <summary>Answers at once.</summary>
    ValueTask<EntityReply> AskAsync(EntityMessage command);
}

/// <inheritdoc cref="INothingGrain"/>
[Reentrant]
internal sealed class NothingGrain : Grain, INothingGrain
{
    /// <inheritdoc/>
    public ValueTask<EntityReply> AskAsync(EntityMessage command) => new(new EntityReply(command, null));
}
