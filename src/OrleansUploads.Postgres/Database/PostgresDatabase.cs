using System.Data.Common;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrleansUploads.Cluster.Settings;

namespace OrleansUploads.Postgres.Database;

/// <summary>The database of a cluster: one server, or a primary and its standbys. All connections of this process, also of
/// Orleans' providers, go to the primary with the newest timeline.</summary>
/// <remarks>Orleans' ADO.NET providers can use it as their data source, with the invariant <c>Npgsql</c>.</remarks>
public sealed class PostgresDatabase : DbDataSource
{
    private readonly PostgresTimeline _timeline = new();
    private readonly Lock _gate = new();
    private volatile Term _term;
    private volatile string? _waitingCommit;

    /// <summary>Why the server refuses what requests write, or null. Writes still begin, because each gets an answer.</summary>
    private volatile string? _refusedWrite;
    private volatile bool _isFull;

    private PostgresDatabase(string connectionString)
    {
        ConnectionString = connectionString;
        Servers = [.. PostgresConnection.OfEachServer(connectionString).Select(settings => new DatabaseServer(settings, _timeline))];
        _term = new Term(Servers[0]);
    }

    /// <summary>The connection string with which it was opened.</summary>
    public override string ConnectionString { get; }

    internal IReadOnlyList<DatabaseServer> Servers { get; }

    internal DatabaseServer Primary => _term.Primary;

    /// <summary>The newest timeline that this process knows.</summary>
    internal PostgresTimeline Timeline => _timeline;

    /// <summary>Whether a commit of this process was answered although no standby has confirmed it. Orleans' providers do not notice
    /// that; what this project stores does.</summary>
    internal Action<string>? CommitNotReplicated { get; set; }

    /// <summary>Why commits are not confirmed at the moment, or null. Then no write begins, because each would leave another session
    /// behind that waits.</summary>
    internal string? WaitingCommit
    {
        get => _waitingCommit;
        set => _waitingCommit = value;
    }

    /// <summary>Adds to the commit of each second what a request writes, so that the health report knows what requests would be told; or
    /// null. It is told whether a request has found the disk full since the last such commit that succeeded.</summary>
    internal Action<NpgsqlBatch, bool>? Rehearsal { get; set; }

    /// <summary>Why nothing can be written at the moment, or null: one or two sentences for a health report. A silo with the database keeps
    /// it up to date every second.</summary>
    public string? Fault => Primary.Report switch
    {
        { Fault: { } fault } => $"{Primary.Name}: {fault.Message}",
        { Timeline: null } => $"{Primary.Name} is a standby, and no primary answers.",
        { IsReadOnly: true } => $"{Primary.Name} refuses writes (default_transaction_read_only is on).",
        { Timeline: { } timeline } when timeline < _timeline.Newest => $"{Primary.Name} is an old primary, and the new one does not answer.",
        _ => _waitingCommit ?? _refusedWrite,
    };

    /// <summary>Opens the database of a connection string, such as <c>Host=one,two;Username=uploads;Password=…;Database=uploads</c>, and
    /// checks that silos can run with it. Waits up to 15 seconds for a server that is starting, and for a standby that is being
    /// promoted.</summary>
    /// <param name="connectionString">Npgsql's. If it lists several servers, the primary among them is found, and again after a
    /// failover.</param>
    /// <param name="log">Gets a warning if the start waits; null for none.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="ClusterRefusedException">No silo can run with it. The message says why and what to do.</exception>
    public static async Task<PostgresDatabase> OpenAsync(
        string connectionString, ILogger? log = null, CancellationToken cancellationToken = default)
    {
        var database = await PostgresPreflight.OpenAsync(
            connectionString, PostgresSchema.Journal, log ?? NullLogger.Instance, PostgresPreflight.MaxWait, cancellationToken);
        try
        {
            await PostgresSchema.RequireRightsAsync(database, PostgresSchema.Journal, cancellationToken);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Creates the tables that are missing, also those of Orleans' ADO.NET provider for the membership of a cluster. Several processes
    /// may do so at the same time. Waits for a server as <see cref="OpenAsync(string, ILogger?, CancellationToken)"/> does.</summary>
    /// <param name="connectionString">Its user must own the tables, or be allowed to create them.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="ClusterRefusedException">The database cannot be reached, or refuses it. The message says why.</exception>
    public static async Task CreateTablesAsync(string connectionString, CancellationToken cancellationToken = default)
    {
        await using var database = await PostgresPreflight.OpenAsync(
            connectionString,
            opened => PostgresSchema.CreateAsync(opened, cancellationToken),
            NullLogger.Instance,
            PostgresPreflight.MaxWait,
            cancellationToken);
    }

    /// <summary>Nothing is opened. Throws an <see cref="ArgumentException"/> if the connection string is malformed.</summary>
    internal static PostgresDatabase Create(string connectionString) => new(connectionString);

    /// <summary>Opens a connection for reading, or for a write whose outcome the caller watches.</summary>
    /// <exception cref="NpgsqlException">The primary does not answer.</exception>
    internal async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var term = _term;
        var opening = term.Primary.OpenAsync(cancellationToken).AsTask();
        try
        {
            return await opening.WaitAsync(term.Ended.Token);
        }
        catch (OperationCanceledException fault) when (term.Ended.IsCancellationRequested)
        {
            // A server that hangs keeps Npgsql waiting until the end of the time-out.
            _ = opening.ContinueWith(
                static opened => opened.Result.DisposeAsync(),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion,
                TaskScheduler.Default);
            throw new NpgsqlException($"{term.Primary.Name} is no longer the primary.", fault);
        }
    }

    /// <summary>Throws an <see cref="NpgsqlException"/> if the primary does not answer, or does not confirm commits at the
    /// moment.</summary>
    internal ValueTask<NpgsqlConnection> OpenToWriteAsync(CancellationToken cancellationToken) =>
        _waitingCommit is { } waiting ? throw new NpgsqlException(waiting) : OpenAsync(cancellationToken);

    /// <summary>Commits on the primary what requests write.</summary>
    internal async Task RehearseAsync()
    {
        var (primary, wasFull) = (Primary, _isFull);
        try
        {
            await primary.CommitAsync(Rehearsal is { } rehearsal ? batch => rehearsal(batch, wasFull) : null);
            (_isFull, _refusedWrite) = (false, null);
        }
        catch (PostgresException fault) when (primary == Primary)
        {
            Refuse(fault);
            throw;
        }
    }

    /// <summary>Tells the health report that the server has refused a request's write, if it is for lack of disk space or because of the
    /// session. A small write may still succeed on a full disk, so the next rehearsals are large.</summary>
    internal void NoteRefusal(PostgresException fault)
    {
        var isFull = fault.SqlState == PostgresErrorCodes.DiskFull;
        if (isFull)
        {
            _isFull = true;
        }

        if (isFull || fault.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
        {
            Refuse(fault);
        }
    }

    private void Refuse(PostgresException fault)
    {
        _refusedWrite = $"{Primary.Name}: {(PostgresRefusal.IsRolledBack(fault) ? PostgresRefusal.Describe(fault) : fault.Message)}";
        if (PostgresRefusal.IsOfSession(fault) && Primary.Report is { IsReadOnly: false })
        {
            Primary.BeginNewSessions();
        }
    }

    /// <summary>Asks all servers what they are, and chooses the primary.</summary>
    internal async Task FindPrimaryAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(Servers.Select(server => server.ProbeAsync(cancellationToken)));
        ChoosePrimary();
    }

    /// <summary>Chooses the primary by the reports of the servers, and returns whether it changed. Then all connections are
    /// closed. What the old primary has not answered by then is unknown.</summary>
    internal bool ChoosePrimary()
    {
        lock (_gate)
        {
            var best = Servers
                .Where(server => server.Report is { Timeline: not null, Database: var known } && _timeline.IsOf(known))
                .OrderByDescending(static server => server.Report!.Timeline)
                .ThenByDescending(server => server == Primary)
                .FirstOrDefault();
            if (best is not { Report: { Timeline: { } timeline, Database: var database } } || timeline < _timeline.Newest)
            {
                return false;
            }

            var isNewer = _timeline.Learn(best.Name, database, timeline);
            if (best == Primary && !isNewer)
            {
                return false;
            }

            var ended = _term;
            _term = new Term(best);
            (_waitingCommit, _refusedWrite) = (null, null);
            _ = ended.Ended.CancelAsync();
            foreach (var server in Servers)
            {
                server.CloseConnections();
            }

            if (ended.Primary != best)
            {
                ended.Primary.GiveUpConnections();
            }

            return true;
        }
    }

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() => Primary.CreateConnection();

    /// <summary>Orleans' providers read and write with these connections.</summary>
    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken)
    {
        var connection = await OpenToWriteAsync(cancellationToken);
        connection.Notice += (_, e) =>
        {
            if (ReplicationWarnings.TextOf(e.Notice) is { } warning)
            {
                CommitNotReplicated?.Invoke(warning);
            }
        };
        return connection;
    }

    /// <inheritdoc/>
    protected override async ValueTask DisposeAsyncCore()
    {
        foreach (var server in Servers)
        {
            await server.DisposeAsync();
        }

        await base.DisposeAsyncCore();
    }

    /// <summary>The time in which one server is the primary.</summary>
    private sealed class Term(DatabaseServer primary)
    {
        internal DatabaseServer Primary { get; } = primary;

        public CancellationTokenSource Ended { get; } = new();
    }
}
