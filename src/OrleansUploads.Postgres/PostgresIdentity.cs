using OrleansUploads.Cluster.Identity;
using OrleansUploads.Postgres.Database;

namespace OrleansUploads.Postgres;

/// <summary>The identity of a cluster on PostgreSQL: a row beside its journal.</summary>
internal sealed class PostgresIdentity(PostgresDatabase database, string service) : IdentityStore
{
    private const string Row = "ou-cluster/identity";

    private readonly PostgresNamedRows _rows = new(database, service);

    public override Task<string> NameDatabaseAsync(CancellationToken cancellationToken) =>
        Task.FromResult($"database {database.Timeline.Database}");

    public override async Task<(ClusterIdentity Identity, string Version)?> ReadAsync(CancellationToken cancellationToken) =>
        await _rows.FindAsync(Row, cancellationToken) is { } row ? (ClusterIdentity.Parse(row.Content), row.Version) : null;

    public override Task<bool> TryWriteAsync(ClusterIdentity identity, string? version, CancellationToken cancellationToken) =>
        _rows.TryWriteAsync(Row, identity.ToBytes(), version, cancellationToken).AsTask();
}
