using System.Collections.Concurrent;
using OrleansUploads.Cluster.Abstractions.Entities;
using OrleansUploads.Cluster.Abstractions.Uploads;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>The grains of entities.</summary>
/// <remarks>Orleans finds the grain type of an interface by its attributes and its name, each time it is asked. That costs more than the
/// rest of a call that does nothing, so the types of each kind of entity are kept.</remarks>
/// <param name="grains">Creates references.</param>
internal sealed class EntityGrains(IGrainFactory grains)
{
    private readonly ConcurrentDictionary<EntityKind, (GrainType Grain, GrainInterfaceType Interface)> _types = new();

    /// <summary>The grain of an entity.</summary>
    public IEntityGrain Of(EntityId entity)
    {
        if (_types.TryGetValue(entity.Kind, out var types))
        {
            return (IEntityGrain)grains.GetGrain(GrainId.Create(types.Grain, IdSpan.Create(entity.Key)), types.Interface);
        }

        var grain = Find(entity);
        var reference = (GrainReference)grain;
        _types[entity.Kind] = (reference.GrainId.Type, reference.InterfaceType);
        return grain;
    }

    private IEntityGrain Find(EntityId entity) => entity.Kind switch
    {
        EntityKind.Account => grains.GetGrain<IAccountGrain>(entity.Key),
        EntityKind.Vault => grains.GetGrain<IVaultGrain>(entity.Key),
        EntityKind.ArchiveShard => grains.GetGrain<IArchiveShardGrain>(entity.Key),
        EntityKind.Jobs => grains.GetGrain<IJobsGrain>(entity.Key),
        EntityKind.Upload => grains.GetGrain<IUploadGrain>(entity.Key),
        EntityKind.UploadPage => grains.GetGrain<IUploadPageGrain>(entity.Key),
        EntityKind.Service => grains.GetGrain<IServiceGrain>(entity.Key),
        EntityKind.Bucket => grains.GetGrain<IBucketGrain>(entity.Key),
        EntityKind.KeyLeaf => grains.GetGrain<IKeyLeafGrain>(entity.Key),
        EntityKind.KeyRoutes => grains.GetGrain<IKeyRoutesGrain>(entity.Key),
        _ => throw new ArgumentOutOfRangeException(nameof(entity), entity, "Unknown entity kind."),
    };
}
