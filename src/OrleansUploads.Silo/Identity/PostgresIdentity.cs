using System.Globalization;
using OrleansUploads.Silo.Database;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Identity;

/// <summary>The identity of a cluster on PostgreSQL: a row of the grain storage table.</summary>
internal sealed class PostgresIdentity(PostgresDatabase database, string service) : IdentityStore
{
    private const string RowName = "ou-cluster";

    private static readonly RowKey Key = RowKey.Of(GrainId.Create(RowName, "identity"), RowName);

    private readonly PostgresRows _rows = new(database, service);

    public override Task<string> NameDatabaseAsync(CancellationToken cancellationToken) =>
        Task.FromResult($"database {database.Timeline.Database}");

    public override async Task<(ClusterIdentity Identity, string Version)?> ReadAsync(CancellationToken cancellationToken) =>
        await _rows.ReadAsync(Key, isConfirmed: true, cancellationToken) is { Content: { } content, Version: { } version }
            ? (ClusterIdentity.Parse(content), version.ToString(CultureInfo.InvariantCulture))
            : null;

    public override async Task<bool> TryWriteAsync(ClusterIdentity identity, string? version, CancellationToken cancellationToken)
    {
        int? replaced = version is null ? null : int.Parse(version, CultureInfo.InvariantCulture);
        var written = await _rows.WriteAsync([new RowWrite(Key, replaced, identity.ToBytes())]);
        return written[0] != replaced;
    }
}
