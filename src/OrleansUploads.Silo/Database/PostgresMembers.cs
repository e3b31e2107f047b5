using System.Net;
using Npgsql;
using OrleansUploads.Postgres.Database;

namespace OrleansUploads.Silo.Database;

/// <summary>The members of a cluster, as Orleans' ADO.NET provider stores them.</summary>
internal static class PostgresMembers
{
    private const string MemberRights = "SELECT, INSERT, UPDATE";

    public static readonly RequiredTable[] Tables =
    [
        new("orleansquery", "the table of Orleans queries", "SELECT"),
        new("orleansmembershiptable", "the membership table of Orleans", MemberRights),
        new("orleansmembershipversiontable", "the table of the versions of Orleans' members", MemberRights),
    ];

    /// <summary>The latest generation of the silos at an address, dead or alive; 0 if there was none.</summary>
    public static async Task<int> ReadLastGenerationAsync(PostgresDatabase database, string clusterId, IPEndPoint silo)
    {
        await using var connection = await database.OpenAsync(CancellationToken.None);
        return await ReadAsync(
            connection,
            "SELECT max(generation) FROM orleansmembershiptable WHERE deploymentid = $1 AND address = $2 AND port = $3",
            clusterId,
            silo.Address.ToString(),
            silo.Port) as int? ?? 0;
    }

    /// <summary>Checks that silos of a cluster have used the database, unless none of any cluster has.</summary>
    /// <exception cref="SettingException">Only silos of other clusters have.</exception>
    public static async Task RequireSilosAsync(PostgresDatabase database, string clusterId)
    {
        await using var connection = await database.OpenAsync(CancellationToken.None);
        if (await ReadAsync(
            connection,
            "SELECT min(deploymentid) FROM orleansmembershipversiontable HAVING NOT bool_or(deploymentid = $1)",
            clusterId) is string other)
        {
            throw new SettingException(
                $"{VariableOf(nameof(SiloSettings.ClusterId))}: the database has silos of the cluster '{other}', and none of '{clusterId}'. Correct the "
                + "setting, or start a silo first.");
        }
    }

    /// <summary>Whether the table of the members of a cluster has a version.</summary>
    public static async Task<bool> HasVersionAsync(PostgresDatabase database, string clusterId)
    {
        await using var connection = await database.OpenAsync(CancellationToken.None);
        return await ReadAsync(connection, "SELECT 1 FROM orleansmembershipversiontable WHERE deploymentid = $1", clusterId) is not null;
    }

    private static async Task<object?> ReadAsync(NpgsqlConnection connection, string query, params object[] values)
    {
        await using var command = new NpgsqlCommand(query, connection);
        command.Parameters.AddRange(Array.ConvertAll(values, static value => new NpgsqlParameter { Value = value }));
        return await command.ExecuteScalarAsync();
    }
}
