using Npgsql;
using OrleansUploads.Silo.Settings;

namespace OrleansUploads.Silo.Storage;

/// <summary>Checks the database schema that a silo needs.</summary>
internal static class PostgresSchema
{
    /// <summary>The unique index that makes the first write of a row exclusive. Without it, two silos that
    /// store the first state of a grain at the same time both succeed.</summary>
    public const string FirstWriteFence = "ux_orleansstorage_state";

    private const string Advice = "See deploy/postgres/README.md for the required schema and how to create it.";

    /// <summary>Checks that the database has all required tables and indexes.</summary>
    /// <exception cref="SettingException">Something is missing, or the database cannot be reached. The message says what.</exception>
    public static async Task RequireAsync(string connectionString)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
            await RequireRelationAsync(connection, "orleansquery", "the table of Orleans queries");
            await RequireRelationAsync(connection, "orleansmembershiptable", "the membership table of Orleans");
            await RequireRelationAsync(connection, "orleansstorage", "the grain storage table of Orleans");
            await RequireRelationAsync(connection, "orleansreminderstable", "the reminder table of Orleans");
            await RequireRelationAsync(connection, FirstWriteFence, "the unique index that makes first writes exclusive");
        }
        catch (Exception fault) when (fault is NpgsqlException or ArgumentException or System.Net.Sockets.SocketException)
        {
            throw new SettingException($"{KnownSettings.ConnectionString.Variable}: PostgreSQL reported: {fault.Message}", fault);
        }
    }

    private static async Task RequireRelationAsync(NpgsqlConnection connection, string name, string description)
    {
        await using var command = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection)
        {
            Parameters = { new NpgsqlParameter { Value = name } },
        };
        if (await command.ExecuteScalarAsync() is not true)
        {
            throw new SettingException($"The database does not have {name} ({description}). {Advice}");
        }
    }
}
