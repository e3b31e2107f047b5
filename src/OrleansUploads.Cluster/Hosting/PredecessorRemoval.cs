using Microsoft.Extensions.Logging;
using OrleansUploads.Cluster.Entities;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Declares earlier incarnations of this silo dead: entries in the membership table with its address and an older
/// generation.</summary>
/// <remarks>Orleans tries this once at the start. If another silo changes the table at the same moment, the attempt fails,
/// counts as done, and is repeated only when the table is next refreshed. Until then the other silos cannot join, because
/// the old incarnation does not answer them, and calls are sent to it. Silos that start together after a power failure cause
/// exactly this. A write of the predecessor may reach the table after its death, so one removal is not enough.</remarks>
internal sealed class PredecessorRemoval(
    IMembershipTable table, ILocalSiloDetails self, TimeProvider time, ILogger<PredecessorRemoval> log)
    : JoiningRepair(table, self, time, log)
{
    protected override Tuple<MembershipEntry, string>? ChangeOne(IList<Tuple<MembershipEntry, string>> members)
    {
        var predecessor = members.FirstOrDefault(member => IsPredecessor(member.Item1));
        if (predecessor is var (entry, _))
        {
            entry.AddOrUpdateSuspector(Self, Time.GetUtcNow().UtcDateTime, MaxSuspectors);
            entry.Status = SiloStatus.Dead;
        }

        return predecessor;
    }

    protected override void Changed(MembershipEntry entry) => ClusterLog.PredecessorRemoved(Log, entry.SiloAddress.ToString());

    private bool IsPredecessor(MembershipEntry entry) =>
        entry.Status != SiloStatus.Dead && entry.SiloAddress.IsPredecessorOf(Self);
}
