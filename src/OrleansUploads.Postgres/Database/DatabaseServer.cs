using System.Net.Sockets;
using Npgsql;

namespace OrleansUploads.Postgres.Database;

/// <summary>One server of the connection string: a primary, a standby, or one that does not answer.</summary>
internal sealed class DatabaseServer : IAsyncDisposable
{
    /// <summary>The longest time in which a server answers what it is.</summary>
    public static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);

    /// <remarks>A session keeps its plans. One that was made while a table was empty would read the whole table when it has grown, until
    /// PostgreSQL counts its rows again. By itself PostgreSQL would plan a statement with arrays anew each time, because it expects that an
    /// unknown array is long.</remarks>
    private const string Prepare =
        """
        SELECT set_config('client_min_messages', 'warning', false), set_config('enable_seqscan', 'off', false),
            set_config('plan_cache_mode', 'force_generic_plan', false),
            CASE WHEN current_setting('lock_timeout') = '0' THEN set_config('lock_timeout', $1, false) END
        """;

    private const string Ask =
        $"""
        SELECT CASE WHEN pg_is_in_recovery() THEN NULL ELSE {PostgresTimeline.WalFile} END,
            (SELECT system_identifier FROM pg_control_system()), current_setting('transaction_read_only') = 'on',
            (SELECT oid FROM pg_database WHERE datname = current_database())
        """;

    /// <summary>Commits a record in the WAL, and nothing else.</summary>
    private const string Commit = "SELECT pg_logical_emit_message(true, 'orleans-uploads', '')";

    private readonly NpgsqlDataSource _connections;
    private readonly List<Socket> _sockets = [];
    private readonly NpgsqlDataSource _probes;
    private readonly PostgresTimeline _timeline;

    public DatabaseServer(NpgsqlConnectionStringBuilder settings, PostgresTimeline timeline)
    {
        _timeline = timeline;
        Name = $"{settings.Host}:{settings.Port}";
        MaxAutoPrepare = settings.MaxAutoPrepare;
        _connections = SourceOf(settings, Name, PrepareAsync);
        var probes = new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Timeout = (int)ProbeTimeout.TotalSeconds,
            MaxPoolSize = 1,
            MinPoolSize = 0,
        };
        _probes = SourceOf(probes, $"probes of {Name}", static connection =>
        {
            UncancelledCommands.Apply(connection);
            return Task.CompletedTask;
        });
    }

    public string Name { get; }

    /// <summary>How many statements a connection prepares by itself.</summary>
    public int MaxAutoPrepare { get; }

    /// <summary>Null if the server has not been asked.</summary>
    public DatabaseServerReport? Report { get; private set; }

    public NpgsqlConnection CreateConnection() => _connections.CreateConnection();

    /// <summary>From the pool if it has one.</summary>
    /// <exception cref="NpgsqlException">The server does not answer, is a standby, or is an old primary.</exception>
    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => _connections.OpenConnectionAsync(cancellationToken);

    public void CloseConnections() => _connections.Clear();

    /// <summary>Uses new sessions from now on. A session keeps the settings of its database and its role, such as
    /// default_transaction_read_only, with which it began, so it would never learn that the operator has changed them.</summary>
    public void BeginNewSessions()
    {
        _probes.Clear();
        CloseConnections();
    }

    /// <summary>Ends everything that waits for an answer of the server, with an unknown outcome.</summary>
    public void GiveUpConnections()
    {
        lock (_sockets)
        {
            _sockets.ForEach(UncancelledCommands.Close);
            _sockets.Clear();
        }
    }

    /// <summary>A server that does not answer is no error.</summary>
    public async Task<DatabaseServerReport> ProbeAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ProbeTimeout);
        try
        {
            await using var connection = await _probes.OpenConnectionAsync(limit.Token);
            var before = Report;
            Report = await AskAsync(connection, limit.Token);
            if (Report is { Timeline: not null, IsReadOnly: true })
            {
                _probes.Clear();
            }
            else if (before is { IsReadOnly: true })
            {
                CloseConnections();
            }
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested && fault is not OutOfMemoryException)
        {
            Report = new DatabaseServerReport(null, default, false, limit.IsCancellationRequested
                ? new TimeoutException($"It has not answered for {ProbeTimeout.TotalSeconds:F0} seconds.", fault)
                : fault);
        }

        return Report;
    }

    /// <summary>Commits a record without content, and what a caller adds. Takes as long as the server does, and is never
    /// cancelled.</summary>
    /// <param name="add">Adds commands to the transaction, or null.</param>
    /// <exception cref="PostgresException">The server refused a command.</exception>
    /// <exception cref="NpgsqlException">The server did not commit, or not on its standby.</exception>
    public async Task CommitAsync(Action<NpgsqlBatch>? add = null)
    {
        await Task.Yield();
        await using var connection = await OpenAsync(CancellationToken.None);
        using var warnings = new ReplicationWarnings(connection);
        await using var batch = new NpgsqlBatch(connection) { Timeout = 0 };
        add?.Invoke(batch);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Commit));
        await batch.ExecuteNonQueryAsync();
        warnings.ThrowIfAny();
    }

    public async ValueTask DisposeAsync()
    {
        await _connections.DisposeAsync();
        await _probes.DisposeAsync();
    }

    private static async Task<DatabaseServerReport> AskAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        using var givesUp = UncancelledCommands.GiveUp(connection, cancellationToken);
        await using var command = new NpgsqlCommand(Ask, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        await reader.ReadAsync(CancellationToken.None);
        return new DatabaseServerReport(
            await reader.IsDBNullAsync(0, CancellationToken.None) ? null : PostgresTimeline.Parse(reader.GetString(0)),
            new DatabaseId(reader.GetInt64(1), reader.GetFieldValue<uint>(3)),
            reader.GetBoolean(2),
            null);
    }

    /// <param name="name">The name of the pool in metrics.</param>
    private static NpgsqlDataSource SourceOf(
        NpgsqlConnectionStringBuilder settings, string name, Func<NpgsqlConnection, Task> prepareAsync)
    {
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = name };
        builder.UsePhysicalConnectionInitializer(
            static _ => throw new NotSupportedException("Connections to the database are opened asynchronously."), prepareAsync);
        return builder.Build();
    }

    /// <summary>Prepares a new connection, and refuses a server to which nothing should be written.</summary>
    private async Task PrepareAsync(NpgsqlConnection connection)
    {
        UncancelledCommands.Apply(connection);
        lock (_sockets)
        {
            _sockets.RemoveAll(static socket => socket.SafeHandle.IsClosed);
            _sockets.Add(UncancelledCommands.SocketOf(connection));
        }

        var report = await UncancelledCommands.RunAsync(connection, connection.ConnectionTimeout, Name, async () =>
        {
            // A statement that waits for a lock is not cancelled either; its server ends it.
            await using var prepare = new NpgsqlCommand(Prepare, connection)
            {
                CommandTimeout = 0,
                Parameters = { new NpgsqlParameter<string> { TypedValue = $"{Math.Max(connection.CommandTimeout - 1, 0)}s" } },
            };
            await prepare.ExecuteNonQueryAsync(CancellationToken.None);
            return await AskAsync(connection, CancellationToken.None);
        });
        if (report.Timeline is not { } timeline)
        {
            throw new NpgsqlException($"{Name} is a standby and refuses writes.");
        }

        _timeline.Learn(Name, report.Database, timeline);
    }
}

/// <summary>What a server says about itself.</summary>
/// <param name="Timeline">Null for a standby or without an answer.</param>
/// <param name="Database">Shared by primary and standbys.</param>
/// <param name="Fault">Why there is no answer, or null.</param>
/// <param name="IsReadOnly">As a standby or by its settings.</param>
internal sealed record DatabaseServerReport(uint? Timeline, DatabaseId Database, bool IsReadOnly, Exception? Fault);

/// <summary>Distinguishes a database from all others except physical copies of its server.</summary>
/// <param name="System">The system identifier of the server, which initdb makes.</param>
/// <param name="Oid">The object ID of the database in this server.</param>
internal readonly record struct DatabaseId(long System, uint Oid)
{
    public override string ToString() => $"{Oid} of system {System}";
}
