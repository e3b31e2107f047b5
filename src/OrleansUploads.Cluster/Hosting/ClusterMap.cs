namespace OrleansUploads.Cluster.Hosting;

/// <summary>From a silo or from a cluster client.</summary>
public sealed class ClusterMap(IGrainFactory grains) : IClusterMap
{
    private readonly EntityGrains _grains = new(grains);

    public async ValueTask<IReadOnlyList<KnownSilo>> ListSilosAsync(CancellationToken cancellationToken)
    {
        try
        {
            var silos = await Management.GetHosts(onlyActive: false, cancellationToken);
            return
            [
                .. silos.Where(static silo => silo.Value != SiloStatus.Dead)
                    .Select(static silo => new KnownSilo(silo.Key.ToParsableString(), silo.Value.ToString()))
                    .OrderBy(static silo => silo.Address, StringComparer.Ordinal),
            ];
        }
        catch (Exception fault) when (ClusterHost.IsLostCall(fault, cancellationToken))
        {
            return [];
        }
    }

    public async ValueTask<string?> FindSiloAsync(EntityId entity, CancellationToken cancellationToken)
    {
        try
        {
            var address = await Management.GetActivationAddress(_grains.Of(entity), cancellationToken);
            return address?.ToParsableString();
        }
        catch (Exception fault) when (ClusterHost.IsLostCall(fault, cancellationToken))
        {
            return null;
        }
    }

    private IManagementGrain Management => grains.GetGrain<IManagementGrain>(0);
}
