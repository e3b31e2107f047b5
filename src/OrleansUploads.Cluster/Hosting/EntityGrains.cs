using System.Collections.Concurrent;
using System.Collections.Frozen;
using OrleansUploads.Cluster.Abstractions.Entities;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Cluster.Uploads;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>The grains of entities.</summary>
/// <remarks>Orleans finds the grain type of an interface by its attributes and its name, each time it is asked. That costs more than the
/// rest of a call that does nothing, so the types of each kind of entity are kept.</remarks>
internal sealed class EntityGrains(IGrainFactory grains)
{
    public static readonly FrozenDictionary<EntityKind, (Type Grain, Type Interface)> Kinds =
        new Dictionary<EntityKind, (Type, Type)>
        {
            [EntityKind.Account] = (typeof(AccountGrain), typeof(IAccountGrain)),
            [EntityKind.Vault] = (typeof(VaultGrain), typeof(IVaultGrain)),
            [EntityKind.ArchiveShard] = (typeof(ArchiveShardGrain), typeof(IArchiveShardGrain)),
            [EntityKind.Jobs] = (typeof(JobsGrain), typeof(IJobsGrain)),
            [EntityKind.Upload] = (typeof(UploadGrain), typeof(IUploadGrain)),
            [EntityKind.Service] = (typeof(ServiceGrain), typeof(IServiceGrain)),
            [EntityKind.Bucket] = (typeof(BucketGrain), typeof(IBucketGrain)),
            [EntityKind.KeyLeaf] = (typeof(KeyLeafGrain), typeof(IKeyLeafGrain)),
            [EntityKind.KeyRoutes] = (typeof(KeyRoutesGrain), typeof(IKeyRoutesGrain)),
        }.ToFrozenDictionary();

    private readonly ConcurrentDictionary<EntityKind, (GrainType Grain, GrainInterfaceType Interface)> _types = new();

    public IEntityGrain Of(EntityId entity)
    {
        if (_types.TryGetValue(entity.Kind, out var types))
        {
            return (IEntityGrain)grains.GetGrain(GrainId.Create(types.Grain, IdSpan.Create(entity.Key)), types.Interface);
        }

        var grain = (IEntityGrain)grains.GetGrain(Kinds[entity.Kind].Interface, entity.Key);
        var reference = (GrainReference)grain;
        _types[entity.Kind] = (reference.GrainId.Type, reference.InterfaceType);
        return grain;
    }
}
