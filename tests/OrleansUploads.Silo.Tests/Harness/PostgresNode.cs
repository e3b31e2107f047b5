namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>A PostgreSQL server: Debian's programs on a folder of its own.</summary>
/// <param name="parent">The folder for its data folder.</param>
internal sealed class PostgresNode(string parent) : IAsyncDisposable
{
    private const string StandbyName = "standby";

    private static int _count;

    private readonly string _folder = Path.Combine(
        parent, string.Create(CultureInfo.InvariantCulture, $"server-{Interlocked.Increment(ref _count)}"));

    private CapturedProcess? _process;

    public int Port { get; } = FreePort.Take(1)[0];

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>The connection string of a database on this server alone, without a pool.</summary>
    public string ConnectionTo(string database) =>
        $"Host=127.0.0.1;Port={Port};Username={PostgresPrograms.Superuser};Database={database};Pooling=false";

    public Task MakePrimaryAsync() => PostgresPrograms.MakeServerAsync(parent, _folder);

    public async Task MakeStandbyAsync(PostgresNode primary)
    {
        await PostgresPrograms.MakeFolderAsync(parent, _folder);
        await PostgresPrograms.RunAsync(
            "pg_basebackup", "-D", _folder, "-R", "--checkpoint=fast", "--no-sync", "-d",
            $"host=127.0.0.1 port={primary.Port} user={PostgresPrograms.Superuser} application_name={StandbyName}");

        // After its promotion it has no standby at first, and must not wait for one.
        await File.AppendAllTextAsync(Path.Combine(_folder, "postgresql.auto.conf"), "synchronous_standby_names = ''\n");
    }

    public async Task StartAsync()
    {
        _process = PostgresPrograms.StartServer(_folder, Port, "max_connections=300", "wal_retrieve_retry_interval=500ms");
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                Assert.True(IsRunning, $"PostgreSQL exited. {_process}");
                try
                {
                    await ExecuteAsync("SELECT 1");
                    return true;
                }
                catch (Npgsql.NpgsqlException)
                {
                    return false;
                }
            },
            "PostgreSQL answers",
            PostgresPrograms.Patience);
    }

    public Task ExecuteAsync(string statements) => PostgresServer.ExecuteAsync(ConnectionTo(PostgresPrograms.Superuser), statements);

    public Task<string?> QueryAsync(string query) => PostgresServer.QueryAsync(ConnectionTo(PostgresPrograms.Superuser), query);

    /// <summary>Lets commits wait for the standby, or no longer.</summary>
    public async Task WaitForStandbyAsync(bool waits)
    {
        await ExecuteAsync($"ALTER SYSTEM SET synchronous_standby_names = '{(waits ? StandbyName : "")}'");
        await ExecuteAsync("SELECT pg_reload_conf()");
        if (waits)
        {
            await AwaitStandbyAsync();
        }
    }

    public Task AwaitStandbyAsync() => Eventually.BecomesTrueAsync(
        async () => await QueryAsync("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming'") == "1",
        "the standby confirms commits",
        PostgresPrograms.Patience);

    /// <summary>Cancels all commits that wait for the standby.</summary>
    /// <returns>Their number.</returns>
    public async Task<int> CancelWaitsAsync() => int.Parse(
        (await QueryAsync("SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))!,
        CultureInfo.InvariantCulture);

    public Task PromoteAsync() => PostgresPrograms.RunAsync("pg_ctl", "promote", "-w", "-D", _folder);

    /// <summary>Stops the server without a checkpoint.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            // A paused server would not stop.
            await ResumeAsync();
            await PostgresPrograms.RunAsync("pg_ctl", "stop", "--mode=immediate", "--no-wait", "-D", _folder);
            await process.WaitForExitAsync(PostgresPrograms.Patience);
            await process.DisposeAsync();
            _process = null;
        }
    }

    public async Task LoseAsync()
    {
        await StopAsync();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>Pauses all processes of the server. Its connections stay open.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    public Task ResumeAsync() => SignalAsync("CONT");

    public async ValueTask DisposeAsync() => await LoseAsync();

    private async Task SignalAsync(string signal)
    {
        await using var kill = CapturedProcess.Start(
            "/bin/sh", ["-c", $"kill -{signal} {_process!.Id} $(ps -o pid= --ppid {_process.Id})"], []);
        await kill.WaitForExitAsync(PostgresPrograms.Patience);
    }
}
