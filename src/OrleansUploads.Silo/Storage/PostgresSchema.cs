using Npgsql;
using OrleansUploads.Silo.Settings;

namespace OrleansUploads.Silo.Storage;

/// <summary>What has to be in the database before a silo may use it.</summary>
internal static class PostgresSchema
{
    /// <summary>Makes the first write of a row exclusive. Orleans' own scripts lack it: there two silos that store the first
    /// state of a grain at the same moment both succeed, and nothing decides between them.</summary>
    public const string FirstWriteFence = "ux_orleansstorage_state";

    private const string Advice = "See deploy/postgres/README.md for what has to be in the database, and how to put it there.";

    /// <summary>Looks whether everything is there.</summary>
    /// <exception cref="SettingException">Something is not; the message says what.</exception>
    public static async Task RequireAsync(string connectionString)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
            await RequireAsync(connection, "orleansquery", "Orleans' own tables");
            await RequireAsync(connection, "orleansmembershiptable", "Orleans' table of silos");
            await RequireAsync(connection, "orleansstorage", "Orleans' table of grain state");
            await RequireAsync(connection, "orleansreminderstable", "Orleans' table of reminders");
            await RequireAsync(connection, FirstWriteFence, "the unique index over grain state, which keeps first writes apart");
        }
        catch (Exception fault) when (fault is NpgsqlException or ArgumentException or System.Net.Sockets.SocketException)
        {
            throw new SettingException($"{KnownSettings.ConnectionString.Variable}: PostgreSQL says: {fault.Message}", fault);
        }
    }

    private static async Task RequireAsync(NpgsqlConnection connection, string name, string what)
    {
        await using var command = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection)
        {
            Parameters = { new NpgsqlParameter { Value = name } },
        };
        if (await command.ExecuteScalarAsync() is not true)
        {
            throw new SettingException($"The database has no {name} ({what}). {Advice}");
        }
    }
}
