using System.Text.Json;
using OrleansUploads.Cluster.Abstractions.Entities;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Core;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Reaches the entities of a cluster, from a silo or from a client of it.</summary>
public sealed class ClusterHost(IGrainFactory grains) : IEntityHost
{
    /// <inheritdoc/>
    public async ValueTask<object> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
    {
        var reply = await AskAsync(entity, Messages.Pack(command), cancellationToken);
        if (reply.Unavailable is { } reason)
        {
            throw new EntityUnavailableException(entity, reason);
        }

        try
        {
            return Messages.Unpack(reply.Answer);
        }
        catch (JsonException fault)
        {
            throw new EntityUnavailableException(entity, "its silo answers as another version does; try again.", fault);
        }
    }

    private async ValueTask<EntityReply> AskAsync(EntityId entity, EntityMessage command, CancellationToken cancellationToken)
    {
        try
        {
            return await GrainOf(entity).AskAsync(command).AsTask().WaitAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException or ObjectDisposedException)
        {
            // Silos come and go, and Orleans has more than one way to say that a message got lost.
            throw new EntityUnavailableException(entity, "the cluster did not answer; try again.", fault);
        }
    }

    private IEntityGrain GrainOf(EntityId entity) => entity.Kind switch
    {
        EntityKind.Account => grains.GetGrain<IAccountGrain>(entity.Key),
        EntityKind.Vault => grains.GetGrain<IVaultGrain>(entity.Key),
        EntityKind.ArchiveShard => grains.GetGrain<IArchiveShardGrain>(entity.Key),
        EntityKind.Jobs => grains.GetGrain<IJobsGrain>(entity.Key),
        EntityKind.Upload => grains.GetGrain<IUploadGrain>(entity.Key),
        _ => throw new ArgumentOutOfRangeException(nameof(entity), entity, "No such kind of entity."),
    };
}
