namespace OrleansUploads.Silo.Hosting;

/// <summary>Tells whether silos of a cluster run, for commands that need a stopped cluster.</summary>
internal static class StoppedCluster
{
    /// <summary>A running silo updates its row in the table of silos several times in this period. The row of a crashed silo stays
    /// unchanged.</summary>
    public static readonly TimeSpan SilentTime = TimeSpan.FromMinutes(1);

    /// <summary>Requires that no silo of a cluster is running.</summary>
    /// <param name="members">The cluster's table of silos.</param>
    /// <param name="cluster">The name of the cluster.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="SettingException">A silo is running.</exception>
    public static async Task RequireAsync(IMembershipTable members, string cluster, CancellationToken cancellationToken)
    {
        if (await FindRunningAsync(members, cancellationToken) is { } running)
        {
            throw new SettingException(
                $"The silo {running.SiloAddress.ToParsableString()} of the cluster {cluster} was running at {running.IAmAliveTime:HH:mm:ss} UTC. Stop "
                + $"all silos first. If it has died, wait until {SilentTime.TotalSeconds:F0} seconds after that.");
        }
    }

    /// <summary>A silo that was running within <see cref="SilentTime"/>, or null.</summary>
    /// <param name="members">The cluster's table of silos.</param>
    public static async Task<MembershipEntry?> FindRunningAsync(IMembershipTable members, CancellationToken cancellationToken)
    {
        var since = DateTime.UtcNow - SilentTime;

        // A table that a backup has left out cannot be read without its version.
        await members.InitializeMembershipTableAsync(tryInitTableVersion: true, cancellationToken);
        return (await ReadMembersAsync(members, cancellationToken))
            .FirstOrDefault(member => member.Status == SiloStatus.Active && member.IAmAliveTime > since);
    }

    /// <summary>Reads the silos of a cluster, also the dead ones.</summary>
    /// <param name="members">The cluster's table of silos, which is initialized.</param>
    public static async Task<IReadOnlyList<MembershipEntry>> ReadMembersAsync(IMembershipTable members, CancellationToken cancellationToken) =>
        [.. (await members.ReadAllAsync(cancellationToken)).Members.Select(static member => member.Item1)];
}
