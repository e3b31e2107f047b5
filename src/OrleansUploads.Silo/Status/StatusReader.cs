using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Identity;
using OrleansUploads.Core.Service;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Silo.Hosting;
using OrleansUploads.Silo.Moving;

namespace OrleansUploads.Silo.Status;

internal sealed class StatusReader(ClusterData cluster, DateTimeOffset now)
{
    private static readonly TimeSpan LongestJoining = TimeSpan.FromMinutes(5);

    private readonly List<string> _attention = [];

    public async Task<ClusterStatus> ReadAsync(CancellationToken cancellationToken)
    {
        var identity = (await ClusterStores.IdentityOf(cluster.Settings, cluster.Database)!.ReadAsync(cancellationToken))!.Value.Identity;
        var members = await ReadMembersAsync(cancellationToken);
        var store = await ReadStoreAsync(identity, cancellationToken);
        var service = (ServiceState)new EntityCatalog(new EngineOptions()).Rebuild(
            ServiceState.Entity, await cluster.Journal.ReadAsync(ServiceState.Entity, cancellationToken));
        if (service.Fault is { } fault)
        {
            _attention.Add(ClockFaultText.Describe(fault));
        }

        if (service.BackupUntil <= now)
        {
            _attention.Add(
                $"The last backup was not ended, and its time was over at {ClockFaultText.Format(service.BackupUntil.Value)}: what it copied after "
                + "that may be incomplete. Begin it again, or run 'orleans-uploads-silo backup end'.");
        }

        if (await ClusterImport.FindAsync(cluster.Rows, cancellationToken) is { HasEnded: false })
        {
            _attention.Add(
                "The import of a data folder has not ended, and no silo starts before. Run 'orleans-uploads-silo import FOLDER' with the same settings.");
        }

        return new ClusterStatus
        {
            Cluster = cluster.Name,
            Identity = identity.Id,
            Database = cluster.Database is { } database ? $"{identity.Database} on {database.Primary.Name}" : identity.Database,
            Members = members,
            Store = store,
            ClockIsTrusted = service.Fault is null,
            LastHeartbeat = service.Served.Last,
            BackupUntil = service.BackupUntil > now ? service.BackupUntil : null,
            Attention = _attention,
        };
    }

    private async Task<IReadOnlyList<Member>> ReadMembersAsync(CancellationToken cancellationToken)
    {
        List<Member> members =
        [
            .. (await cluster.ReadMembersAsync(cancellationToken))
                .Where(static member => member.Status != SiloStatus.Dead)
                .OrderBy(static member => member.SiloAddress.ToParsableString(), StringComparer.Ordinal)
                .Select(static member => new Member(
                    member.SiloAddress.Endpoint.ToString(),
                    member.Status.ToString(),
                    SiloIdentity.VersionIn(member.SiloName),
                    Utc(member.StartTime),
                    Utc(member.IAmAliveTime))),
        ];
        var running = members.FindAll(member =>
            member.State == nameof(SiloStatus.Active) && member.LastReport > now - StoppedCluster.SilentTime);
        foreach (var silent in members.Except(running).Where(static member => member.State == nameof(SiloStatus.Active)))
        {
            _attention.Add(
                $"The silo {silent.Address} has not reported since {ClockFaultText.Format(silent.LastReport)}: look at its log, and start it "
                + "again if its process has ended.");
        }

        foreach (var joining in members.Where(member =>
            member.State is nameof(SiloStatus.Created) or nameof(SiloStatus.Joining) && member.Since < now - LongestJoining))
        {
            _attention.Add(
                $"The silo {joining.Address} has been joining the cluster since {ClockFaultText.Format(joining.Since)}: look at its log.");
        }

        if (running.Count == 0)
        {
            _attention.Add("No silo is running, so nothing is served: start the silos.");
        }

        var versions = running.Select(static member => member.Version ?? "unknown").Distinct().Order(StringComparer.Ordinal).ToList();
        if (versions.Count > 1)
        {
            _attention.Add($"The silos run different versions ({string.Join(", ", versions)}): finish the upgrade.");
        }

        return members;
    }

    private async Task<StoreStatus> ReadStoreAsync(ClusterIdentity identity, CancellationToken cancellationToken)
    {
        var place = cluster.Mark.Place;
        try
        {
            var own = await ClusterStoreMark.FindAsync(cluster.Rows, cancellationToken);
            var mark = await cluster.Mark.FindMarkAsync(cancellationToken);
            var holder = await cluster.FindHolderAsync(cancellationToken);
            if (own is not null && await StoreMarks.FindDifferenceAsync(cluster.Mark, own, cancellationToken) is { } difference)
            {
                _attention.Add(
                    $"{place} does not keep the bytes of this cluster, so no silo starts with these settings: {difference} of the cluster. Correct "
                    + "the settings, or mount the folder.");
            }
            else if (holder is (var who, false))
            {
                _attention.Add(
                    $"{place} {who}, and not by this cluster, so no silo starts: if that one never runs again, run 'orleans-uploads-silo take-over'.");
            }
            else if (identity.Parts is { } recorded && recorded != cluster.Settings.PartsAddress)
            {
                _attention.Add(
                    $"The silos were last started with the bytes in {recorded}, and these settings name {cluster.Settings.PartsAddress}: use the "
                    + "settings of the silos.");
            }

            return new StoreStatus(place, mark is null ? null : Convert.ToHexStringLower(mark), holder?.Holder);
        }
        catch (Exception fault) when (fault is PartStoreUnavailableException or IOException or UnauthorizedAccessException)
        {
            _attention.Add($"The store of the bytes cannot be read: {fault.Message.TrimEnd('.')}. Check the store and its credentials.");
            return new StoreStatus(place, null, null);
        }
    }

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
