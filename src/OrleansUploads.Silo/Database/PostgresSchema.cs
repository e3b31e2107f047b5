using System.Net;
using Npgsql;
using OrleansUploads.Postgres.Database;

namespace OrleansUploads.Silo.Database;

internal static class PostgresSchema
{
    private const string Advice = "See deploy/postgres/README.md for the required schema and how to create it.";

    /// <summary>Checks that the database has all required tables.</summary>
    /// <exception cref="SettingException">Something is missing. The message says what.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static async Task RequireAsync(PostgresDatabase database)
    {
        await using var connection = await database.OpenAsync(CancellationToken.None);
        await RequireRelationAsync(connection, "orleansquery", "the table of Orleans queries");
        await RequireRelationAsync(connection, "orleansmembershiptable", "the membership table of Orleans");
        await RequireRelationAsync(connection, "uploads_record", "the table of the journal's records");
        await RequireRelationAsync(connection, "uploads_snapshot", "the table of the journal's snapshots");
        await RequireRelationAsync(connection, "uploads_wake", "the table of the journal's wake times");
        await RequireRelationAsync(connection, "uploads_row", "the table of the rows beside the journal");
    }

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

    private static async Task RequireRelationAsync(NpgsqlConnection connection, string name, string description)
    {
        if (await ReadAsync(connection, "SELECT to_regclass($1) IS NOT NULL", name) is not true)
        {
            throw new SettingException($"The database does not have {name} ({description}). {Advice}");
        }
    }

    private static async Task<object?> ReadAsync(NpgsqlConnection connection, string query, params object[] values)
    {
        await using var command = new NpgsqlCommand(query, connection);
        command.Parameters.AddRange(Array.ConvertAll(values, static value => new NpgsqlParameter { Value = value }));
        return await command.ExecuteScalarAsync();
    }
}
