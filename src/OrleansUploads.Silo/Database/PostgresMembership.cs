using System.Net;
using Npgsql;

namespace OrleansUploads.Silo.Database;

/// <summary>Reads Orleans' membership table before the silo starts.</summary>
internal static class PostgresMembership
{
    /// <summary>Returns the latest generation of the silos at an address, dead or alive.</summary>
    /// <param name="database">The database.</param>
    /// <param name="clusterId">Orleans' cluster ID.</param>
    /// <param name="silo">The address of the silo.</param>
    /// <returns>The generation, or 0 if there was none.</returns>
    public static async Task<int> ReadLastGenerationAsync(PostgresDatabase database, string clusterId, IPEndPoint silo)
    {
        await using var connection = await database.OpenAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand(
            "SELECT max(generation) FROM orleansmembershiptable WHERE deploymentid = $1 AND address = $2 AND port = $3", connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = clusterId },
                new NpgsqlParameter<string> { TypedValue = silo.Address.ToString() },
                new NpgsqlParameter<int> { TypedValue = silo.Port },
            },
        };
        return await command.ExecuteScalarAsync() as int? ?? 0;
    }
}
