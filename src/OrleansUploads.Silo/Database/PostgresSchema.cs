using Npgsql;

namespace OrleansUploads.Silo.Database;

/// <summary>Checks the database schema that a silo needs.</summary>
internal static class PostgresSchema
{
    /// <summary>The unique index that makes the first write of a row exclusive. Without it, two silos that
    /// store the first state of a grain at the same time both succeed.</summary>
    public const string FirstWriteFence = "ux_orleansstorage_state";

    private const string Advice = "See deploy/postgres/README.md for the required schema and how to create it.";

    /// <summary>Checks that the database has all required tables and indexes.</summary>
    /// <exception cref="SettingException">Something is missing. The message says what.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static async Task RequireAsync(PostgresDatabase database)
    {
        await using var connection = await database.OpenAsync(CancellationToken.None);
        await RequireRelationAsync(connection, "orleansquery", "the table of Orleans queries");
        await RequireRelationAsync(connection, "orleansmembershiptable", "the membership table of Orleans");
        await RequireRelationAsync(connection, "orleansstorage", "the grain storage table of Orleans");
        await RequireRelationAsync(connection, "orleansreminderstable", "the reminder table of Orleans");
        await RequireRelationAsync(connection, FirstWriteFence, "the unique index that makes first writes exclusive");
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
