using OrleansUploads.Cluster.Settings;

namespace OrleansUploads.Cluster.Identity;

/// <summary>Where a cluster keeps its identity.</summary>
internal abstract class IdentityStore
{
    /// <summary>Names the database: the same on all its servers, another one for a copy that was loaded from a backup.</summary>
    public abstract Task<string> NameDatabaseAsync(CancellationToken cancellationToken);

    /// <summary>The identity and the version of its row, or null if no silo has ever started.</summary>
    public abstract Task<(ClusterIdentity Identity, string Version)?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Returns whether the row was as expected. Otherwise nothing was written.</summary>
    /// <param name="version">The row to replace, or null to write the first one.</param>
    public abstract Task<bool> TryWriteAsync(ClusterIdentity identity, string? version, CancellationToken cancellationToken);

    /// <summary>Returns the identity of the cluster.</summary>
    /// <param name="makes">Whether to make an identity for a new database.</param>
    /// <exception cref="ClusterRefusedException">No silo has ever started on the database, or it is a copy.</exception>
    public async Task<ClusterIdentity> RequireAsync(bool makes, CancellationToken cancellationToken)
    {
        var database = await NameDatabaseAsync(cancellationToken);
        while (true)
        {
            if (await ReadAsync(cancellationToken) is ({ } identity, _))
            {
                return identity.Database == database ? identity : throw new ClusterRefusedException(
                    $"this is a copy of a cluster's database: the cluster {identity.Id} was made in "
                    + $"{identity.Database}, and this is {database}. If the copy replaces the original, run 'orleans-uploads-silo restore' with "
                    + "the settings of a silo. If the original goes on, run 'orleans-uploads-silo clone'.");
            }

            if (!makes)
            {
                throw new ClusterRefusedException("no silo has ever started on this database. Start a silo first.");
            }

            await TryWriteAsync(ClusterIdentity.Create(database, isCopy: false), version: null, cancellationToken);
        }
    }

    /// <summary>Records how a silo has started.</summary>
    /// <param name="cluster">Its cluster ID.</param>
    /// <param name="parts">The folder or the address of the store.</param>
    public async Task RecordStartAsync(string cluster, string parts, CancellationToken cancellationToken)
    {
        while (await ReadAsync(cancellationToken) is var (identity, version)
            && (identity.Parts != parts || identity.Cluster != cluster)
            && !await TryWriteAsync(identity with { Parts = parts, Cluster = cluster }, version, cancellationToken))
        {
            // Another silo records it at the same time.
        }
    }
}
