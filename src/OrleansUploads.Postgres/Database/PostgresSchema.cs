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

    /// <summary>Which of some rights on a table the user does not have, or null.</summary>
    private const string MissingRights =
        "SELECT string_agg(wanted, ', ') FROM unnest(string_to_array($2, ', ')) AS wanted WHERE NOT has_table_privilege($1, wanted)";

    public static readonly RequiredTable[] Journal =
    [
        new("uploads_record", "the table of the journal's records"),
        new("uploads_snapshot", "the table of the journal's snapshots"),
        new("uploads_wake", "the table of the journal's wake times"),
        new("uploads_row", "the table of the rows beside the journal"),
    ];

    /// <summary>Requires tables that the user may read.</summary>
    /// <exception cref="ClusterRefusedException">One is missing. The message says which.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static async Task RequireAsync(PostgresDatabase database, IEnumerable<RequiredTable> tables, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        foreach (var (name, description, _) in tables)
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

        await RequireRightsAsync(connection, tables, static _ => "SELECT", cancellationToken);
    }

    /// <summary>Requires the rights of the user that a silo needs.</summary>
    /// <exception cref="ClusterRefusedException">One is missing. The message says which.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static async Task RequireRightsAsync(
        PostgresDatabase database, IEnumerable<RequiredTable> tables, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await RequireRightsAsync(connection, tables, static table => table.Rights, cancellationToken);
    }

    private static async Task RequireRightsAsync(
        NpgsqlConnection connection, IEnumerable<RequiredTable> tables, Func<RequiredTable, string> rightsOf, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        foreach (var table in tables)
        {
            await using var command = new NpgsqlCommand(MissingRights, connection)
            {
                Parameters =
                {
                    new NpgsqlParameter<string> { TypedValue = table.Name }, new NpgsqlParameter<string> { TypedValue = rightsOf(table) },
                },
            };
            cancellationToken.ThrowIfCancellationRequested();
            if (await command.ExecuteScalarAsync(CancellationToken.None) is string rights)
            {
                missing.Add($"{rights} on {table.Name}");
            }
        }

        if (missing.Count > 0)
        {
            throw new ClusterRefusedException(
                $"the user of the database lacks rights: {string.Join("; ", missing)}. As the owner of the tables, run: GRANT SELECT, INSERT, UPDATE, "
                + "DELETE ON ALL TABLES IN SCHEMA public TO the user.");
        }
    }

    /// <summary>Creates what is missing, in one transaction. What is up to date stays as it is.</summary>
    /// <exception cref="ClusterRefusedException">The user may not create tables.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static async Task CreateAsync(PostgresDatabase database, CancellationToken cancellationToken)
    {
        using var script = new StreamReader(typeof(PostgresSchema).Assembly.GetManifestResourceStream("schema.sql")!);
        await using var connection = await database.OpenAsync(cancellationToken);

        // Statements in one command, without a transaction of their own, are one.
        await using var command = new NpgsqlCommand(Exclusively + await script.ReadToEndAsync(cancellationToken), connection);
        try
        {
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new ClusterRefusedException(
                $"the user of the database may not create the tables ({fault.MessageText}). As another user, who may, apply "
                + "deploy/postgres/schema.sql once and grant this one SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public. Then leave out "
                + "PostgresDatabase.CreateTablesAsync.",
                fault);
        }
    }
}

/// <param name="Description">What the table is, for messages.</param>
/// <param name="Rights">Those that a silo needs.</param>
internal sealed record RequiredTable(string Name, string Description, string Rights = "SELECT, INSERT, UPDATE, DELETE");
