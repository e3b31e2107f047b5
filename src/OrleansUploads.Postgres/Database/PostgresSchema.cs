using Npgsql;
using OrleansUploads.Cluster.Settings;

namespace OrleansUploads.Postgres.Database;

/// <summary>The tables in the database of a cluster.</summary>
internal static class PostgresSchema
{
    private const string Advice =
        "deploy/postgres/README.md describes the schema. deploy/postgres/apply.sh creates it, and so does PostgresDatabase.CreateTablesAsync.";

    /// <summary>One process at a time creates tables: PostgreSQL reports an error if two create the same one.</summary>
    private const string Exclusively = "SELECT pg_advisory_xact_lock(hashtext('orleans-uploads schema'));";

    public static readonly RequiredTable[] Journal =
    [
        new("uploads_record", "the table of the journal's records"),
        new("uploads_snapshot", "the table of the journal's snapshots"),
        new("uploads_wake", "the table of the journal's wake times"),
        new("uploads_row", "the table of the rows beside the journal"),
    ];

    /// <exception cref="ClusterRefusedException">One is missing. The message says which.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static async Task RequireAsync(PostgresDatabase database, IEnumerable<RequiredTable> tables, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        foreach (var (name, description) in tables)
        {
            await using var command = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection)
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = name } },
            };
            if (await command.ExecuteScalarAsync(CancellationToken.None) is not true)
            {
                throw new ClusterRefusedException($"the database does not have {name} ({description}). {Advice}");
            }
        }
    }

    /// <summary>Creates what is missing, in one transaction. What is up to date stays as it is.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached, or the user may not create tables.</exception>
    public static async Task CreateAsync(PostgresDatabase database, CancellationToken cancellationToken)
    {
        using var script = new StreamReader(typeof(PostgresSchema).Assembly.GetManifestResourceStream("schema.sql")!);
        await using var connection = await database.OpenAsync(cancellationToken);

        // Statements in one command, without a transaction of their own, are one.
        await using var command = new NpgsqlCommand(Exclusively + await script.ReadToEndAsync(cancellationToken), connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}

/// <param name="Description">What the table is, for messages.</param>
internal sealed record RequiredTable(string Name, string Description);
