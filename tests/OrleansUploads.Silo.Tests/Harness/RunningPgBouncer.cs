namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>PgBouncer in front of a database: Debian's program on a temporary folder.</summary>
internal sealed class RunningPgBouncer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/pgbouncer";

    private readonly TemporaryFolder _folder = new();
    private readonly CapturedProcess _process;

    private RunningPgBouncer(NpgsqlConnectionStringBuilder server, string poolMode)
    {
        var port = FreePort.Take(1)[0];
        var settings = _folder.File("pgbouncer.ini");
        File.WriteAllText(settings, string.Create(CultureInfo.InvariantCulture, $"""
            [databases]
            * = host={server.Host} port={server.Port}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = any
            pool_mode = {poolMode}
            default_pool_size = 60
            max_client_conn = 500
            ignore_startup_parameters = extra_float_digits
            """).Replace("* = ", $"{server.Database} = user={server.Username} ", StringComparison.Ordinal));
        ConnectionString = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Port = port }.ConnectionString;
        if (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder.Path, File.GetUnixFileMode(_folder.Path) | UnixFileMode.OtherExecute | UnixFileMode.OtherRead);
        }

        // It refuses to run as root.
        _process = Environment.IsPrivilegedProcess
            ? CapturedProcess.Start("setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", Program, settings], [])
            : CapturedProcess.Start(Program, [settings], []);
    }

    /// <summary>The connection string of the database through PgBouncer.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts it. Skips the test if it is not installed.</summary>
    /// <param name="database">The connection string of the database.</param>
    /// <param name="poolMode">What a server's session is kept for: session, transaction or statement.</param>
    public static async Task<RunningPgBouncer> StartAsync(string database, string poolMode)
    {
        Assert.SkipUnless(File.Exists(Program), $"{Program} is not installed.");
        var bouncer = new RunningPgBouncer(new NpgsqlConnectionStringBuilder(database), poolMode);
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                Assert.False(bouncer._process.HasExited, $"PgBouncer exited. {bouncer._process}");
                try
                {
                    await PostgresServer.ExecuteAsync(bouncer.ConnectionString, "SELECT 1");
                    return true;
                }
                catch (NpgsqlException)
                {
                    return false;
                }
            },
            "PgBouncer answers");
        return bouncer;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.KillAsync();
        await _process.DisposeAsync();
        _folder.Dispose();
    }
}
