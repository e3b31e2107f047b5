using System.Collections.Concurrent;
using System.Collections.Frozen;
using OrleansUploads.Cluster.Abstractions.Entities;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Cluster.Uploads;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>The grains of entities.</summary>
/// <remarks>Orleans finds the grain type of an interface by its attributes and its name, each time it is asked. That costs more than the
/// rest of a call that does nothing, so the types of each interface are kept.</remarks>
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

    private readonly ConcurrentDictionary<Type, (GrainType Grain, GrainInterfaceType Interface)> _types = new();

    public IEntityGrain Of(EntityId entity) => (IEntityGrain)Of(Kinds[entity.Kind].Interface, entity);

    public ISharedUploadGrain SharedOf(UploadId upload) => (ISharedUploadGrain)Of(typeof(ISharedUploadGrain), upload.Entity);

    private IAddressable Of(Type grainInterface, EntityId entity)
    {
        if (_types.TryGetValue(grainInterface, out var types))
        {
            return grains.GetGrain(GrainId.Create(types.Grain, IdSpan.Create(entity.Key)), types.Interface);
        }

        var grain = (GrainReference)grains.GetGrain(grainInterface, entity.Key);
        _types[grainInterface] = (grain.GrainId.Type, grain.InterfaceType);
        return grain;
    }
}
