using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orleans.Metadata;
using Orleans.Runtime.Placement;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Chooses the silo of a new activation by its group and the addresses of the live silos alone, so that all silos choose the same
/// one. A silo that joins or leaves changes the choice for its own share of the groups. Activations stay where they are.</summary>
internal sealed class GroupPlacementDirector(GrainTypeResolver types) : IPlacementDirector
{
    private readonly FrozenDictionary<GrainType, EntityKind> _kinds =
        EntityGrains.Kinds.ToFrozenDictionary(kind => types.GetGrainType(kind.Value.Grain), static kind => kind.Key);

    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        if (IPlacementDirector.GetPlacementHint(target.RequestContextData, silos) is { } hint)
        {
            return Task.FromResult(hint);
        }

        var grain = target.GrainIdentity;
        var group = EntityGroup.Of(new EntityId(_kinds[grain.Type], grain.Key.ToString()!));
        return Task.FromResult(SiloOf(group, silos));
    }

    internal static SiloAddress SiloOf(EntityGroup group, IEnumerable<SiloAddress> silos) => silos.MaxBy(silo => RankOf(group, silo))!;

    /// <summary>A silo that starts again at its address gets its groups back.</summary>
    private static ulong RankOf(EntityGroup group, SiloAddress silo)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{silo.Endpoint} {group.Number}")), digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }
}
