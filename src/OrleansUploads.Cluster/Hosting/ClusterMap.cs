namespace OrleansUploads.Cluster.Hosting;

/// <summary>The map of a cluster, as a silo or a cluster client sees it.</summary>
public sealed class ClusterMap(IGrainFactory grains) : IClusterMap
{
    /// <summary>The figures are no finer than this, so that a page that shows them does not change all the time.</summary>
    private const long MemoryStepBytes = 16L * 1024 * 1024;

    private const int ProcessorStepPercent = 5;

    /// <summary>A silo that does not answer delays the list by no more than this.</summary>
    private static readonly TimeSpan FigurePatience = TimeSpan.FromSeconds(1);

    /// <summary>A silo that died is shown for as long as an operator may look for it.</summary>
    private static readonly TimeSpan LostShownFor = TimeSpan.FromDays(1);

    private readonly EntityGrains _grains = new(grains);

    public async ValueTask<IReadOnlyList<KnownSilo>> ListSilosAsync(CancellationToken cancellationToken)
    {
        try
        {
            var members = await Management.GetDetailedHosts(onlyActive: false, cancellationToken);
            var rates = ReadRatesAsync(cancellationToken);
            var known = await Task.WhenAll(members.Where(member => member.Status != SiloStatus.Dead || IsLost(member, members))
                .Select(member => DescribeAsync(member.SiloAddress, member.Status, cancellationToken)));
            var traffic = await rates;
            return [.. known.Select(silo => WithRate(silo, traffic)).OrderBy(static silo => silo.Address, StringComparer.Ordinal)];
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

    /// <summary>Whether other silos have declared a silo dead lately, and none has taken its place. A silo that stops by itself is not voted
    /// on.</summary>
    internal static bool IsLost(MembershipEntry dead, MembershipEntry[] members) =>
        dead.SuspectTimes is { Count: > 0 } votes
        && members.Max(static member => member.IAmAliveTime) - votes.Max(static vote => vote.Item2) < LostShownFor
        && !Array.Exists(members, other => other.Status != SiloStatus.Dead && other.SiloAddress.Endpoint.Equals(dead.SiloAddress.Endpoint));

    private async Task<KnownSilo> DescribeAsync(SiloAddress address, SiloStatus status, CancellationToken cancellationToken)
    {
        var known = new KnownSilo(address.ToParsableString(), status.ToString());
        if (status != SiloStatus.Active)
        {
            return known;
        }

        try
        {
            var statistics = await Management.GetRuntimeStatistics([address], cancellationToken).WaitAsync(FigurePatience, cancellationToken);
            return statistics is not [{ EnvironmentStatistics: var figures }] ? known : known with
            {
                MemoryBytes = figures.RawMemoryUsageBytes / MemoryStepBytes * MemoryStepBytes,
                ProcessorPercent = (int)Math.Round(figures.FilteredCpuUsagePercentage / ProcessorStepPercent) * ProcessorStepPercent,
            };
        }
        catch (Exception fault) when (fault is TimeoutException || ClusterHost.IsLostCall(fault, cancellationToken))
        {
            return known;
        }
    }

    private static KnownSilo WithRate(KnownSilo silo, IReadOnlyDictionary<string, TrafficRate> rates) =>
        !rates.TryGetValue(silo.Address, out var rate) ? silo : silo with { ReceivedPerSecond = rate.Received, SentPerSecond = rate.Sent };

    /// <summary>Asks all silos for their traffic. If one does not answer, or is of a version that does not know the question, the map has no
    /// rates.</summary>
    private async Task<IReadOnlyDictionary<string, TrafficRate>> ReadRatesAsync(CancellationToken cancellationToken)
    {
        try
        {
            return SiloTraffic.Read(await Management
                .SendControlCommandToProvider<SiloTraffic>(SiloTraffic.Name, SiloTraffic.RateCommand, arg: null, cancellationToken)
                .WaitAsync(FigurePatience, cancellationToken));
        }
        catch (Exception fault) when (fault is TimeoutException or ArgumentException || ClusterHost.IsLostCall(fault, cancellationToken))
        {
            return SiloTraffic.Read([]);
        }
    }

    private IManagementGrain Management => grains.GetGrain<IManagementGrain>(0);
}
