using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using OrleansUploads.Cluster.Entities;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Suspects silos that are active in the membership table but whose heartbeat there has stopped, while this silo
/// cannot join.</summary>
/// <remarks>A silo joins only if all active silos answer it. If one of them is missing for good and no other silo was active
/// when it disappeared, nothing removes it: active silos probe each other, but a joining silo probes only those that a silo
/// suspects, or whose heartbeat was old when the table last changed. So this silo votes once against each silent silo. The
/// vote alone removes nothing. It makes all silos probe the silent one several times, as Orleans does with any suspect, and
/// only failed probes complete the removal. A silo that answers them stays, and the vote expires.</remarks>
internal sealed class SilentSiloSuspicion(
    IMembershipTable table,
    ILocalSiloDetails self,
    IOptions<ClusterMembershipOptions> options,
    TimeProvider time,
    ILogger<SilentSiloSuspicion> log) : JoiningRepair(table, self, time, log)
{
    private readonly Dictionary<SiloAddress, Heartbeat> _heartbeats = [];

    /// <summary>A silo is silent if it misses two heartbeats, which it writes once in each probe timeout.</summary>
    private TimeSpan Patience => 2 * options.Value.ProbeTimeout;

    protected override Tuple<MembershipEntry, string>? ChangeOne(IList<Tuple<MembershipEntry, string>> members)
    {
        Tuple<MembershipEntry, string>? silent = null;
        foreach (var member in members)
        {
            if (IsSilent(member.Item1) && !IsSuspected(member.Item1))
            {
                silent = member;
            }
        }

        // One vote is enough. With two, the entry would have to be dead already.
        silent?.Item1.AddOrUpdateSuspector(Self, Time.GetUtcNow().UtcDateTime, MaxSuspectors);
        return silent;
    }

    protected override void Changed(MembershipEntry entry) =>
        ClusterLog.SilentSiloSuspected(Log, entry.SiloAddress.ToString(), Patience);

    /// <summary>While the table cannot be reached, no silo can write its heartbeat.</summary>
    protected override void Failed() => _heartbeats.Clear();

    private bool IsSilent(MembershipEntry entry)
    {
        if (entry.Status != SiloStatus.Active || entry.SiloAddress.Endpoint.Equals(Self.Endpoint))
        {
            return false;
        }

        if (!_heartbeats.TryGetValue(entry.SiloAddress, out var last) || last.WrittenAt != entry.IAmAliveTime)
        {
            _heartbeats[entry.SiloAddress] = new Heartbeat(entry.IAmAliveTime, Time.GetTimestamp());
            return false;
        }

        return Time.GetElapsedTime(last.SeenAt) >= Patience;
    }

    private bool IsSuspected(MembershipEntry entry)
    {
        var oldest = Time.GetUtcNow().UtcDateTime - options.Value.DeathVoteExpirationTimeout;
        return entry.SuspectTimes?.Any(vote => vote.Item2 > oldest) ?? false;
    }

    /// <param name="WrittenAt">What the silo wrote, by its own clock.</param>
    /// <param name="SeenAt">When this silo first saw it.</param>
    private readonly record struct Heartbeat(DateTime WrittenAt, long SeenAt);
}
