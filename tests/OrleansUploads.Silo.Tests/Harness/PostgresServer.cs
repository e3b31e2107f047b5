using System.Globalization;
using Npgsql;
using OrleansUploads.EndToEnd.Tests.Harness;
using OrleansUploads.Silo.Storage;
using OrleansUploads.Silo.Tests.Harness;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>A PostgreSQL server for the duration of the tests: Debian's programs on a temporary folder.</summary>
/// <remarks>It does not flush, because no test cuts the power of the database. The tests only kill its clients.</remarks>
public sealed class PostgresServer : IAsyncLifetime, IDatabaseServer
{
    private const string Installed = "/usr/lib/postgresql";
    private const string Superuser = "postgres";

    // CI installs PostgreSQL. If that failed, its tests must not be skipped in silence.
    private const string RequiredVariable = "ORLEANSUPLOADS_REQUIRE_CLIENTS";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TemporaryFolder _folder = new();
    private readonly SemaphoreSlim _starting = new(1);
    private CapturedProcess? _process;
    private int _port;
    private int _databases;

    private string DataFolder => _folder.File("postgres");

    string IDatabaseServer.Name => "PostgreSQL";

    /// <summary>Skips the test if PostgreSQL is not installed, or fails it where it must be.</summary>
    public static void RequireInstalled()
    {
        var message = $"PostgreSQL is not installed in {Installed}.";
        Assert.True(Programs is not null || Environment.GetEnvironmentVariable(RequiredVariable) != "1", message);
        Assert.SkipWhen(Programs is null, message);
    }

    /// <summary>Lets PostgreSQL reach its data in a folder. It refuses to run as root, so it then runs as its own user.</summary>
    public static void LetTraverse(TemporaryFolder folder)
    {
        if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess)
        {
            File.SetUnixFileMode(
                folder.Path, File.GetUnixFileMode(folder.Path) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
        }
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    async Task<IClusterDatabase> IDatabaseServer.CreateAsync() => new PostgresDatabase(await CreateDatabaseAsync());

    Task IDatabaseServer.StopAsync() => StopImmediatelyAsync();

    Task IDatabaseServer.StartAsync() => StartProcessAsync();

    /// <summary>Creates a database that a silo can use. Skips the test if that is impossible.</summary>
    /// <param name="withFence">Whether first writes are exclusive, which silos demand.</param>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync(bool withFence = true)
    {
        var connection = await CreateEmptyDatabaseAsync();
        await ExecuteAsync(connection, await File.ReadAllTextAsync(Repository.File("deploy/postgres/schema.sql")));
        if (!withFence)
        {
            await ExecuteAsync(connection, $"DROP INDEX {PostgresSchema.FirstWriteFence}");
        }

        return connection;
    }

    /// <summary>Creates an empty database. Skips the test if that is impossible.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateEmptyDatabaseAsync()
    {
        RequireInstalled();
        await StartAsync();
        var name = $"silos_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync(ConnectionTo(Superuser), $"CREATE DATABASE {name}");
        return ConnectionTo(name);
    }

    /// <summary>Runs one or several statements.</summary>
    public static async Task ExecuteAsync(string connectionString, string statements)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(statements);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Returns the first value of a query's result as text.</summary>
    public static async Task<string?> QueryAsync(string connectionString, string query)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(query);
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    /// <summary>Stops the server immediately, for all databases. <see cref="StartProcessAsync"/> starts it again.</summary>
    public async Task StopImmediatelyAsync()
    {
        await RunAsync("pg_ctl", "stop", "--mode=immediate", "--no-wait", "-D", DataFolder);
        await _process!.WaitForExitAsync(Patience);
        await _process.DisposeAsync();
    }

    /// <summary>Starts the server and waits until it answers.</summary>
    public async Task StartProcessAsync()
    {
        _process = Start(
            "postgres", "-D", DataFolder, "-p", $"{_port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
            "-c", "fsync=off", "-c", "max_connections=300");
        await Eventually.BecomesTrueAsync(AnswersAsync, "PostgreSQL answers", Patience);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await StopImmediatelyAsync();
        }

        _starting.Dispose();
        _folder.Dispose();
    }

    /// <summary>The folder with the programs of the newest installed version, or null.</summary>
    private static string? Programs { get; } = !Directory.Exists(Installed) ? null : Directory.GetDirectories(Installed)
        .Select(version => Path.Combine(version, "bin"))
        .Where(bin => File.Exists(Path.Combine(bin, "initdb")))
        .OrderByDescending(bin => double.Parse(Path.GetFileName(Path.GetDirectoryName(bin)!), CultureInfo.InvariantCulture))
        .FirstOrDefault();

    private string ConnectionTo(string database) =>
        $"Host=127.0.0.1;Port={_port};Username={Superuser};Database={database};Maximum Pool Size=40";

    private async Task StartAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (_process is not null)
            {
                return;
            }

            Directory.CreateDirectory(DataFolder);
            LetTraverse(_folder);
            if (Environment.IsPrivilegedProcess)
            {
                await RunToEndAsync(CapturedProcess.Start("chown", [Superuser, DataFolder], []));
            }

            await RunAsync("initdb", "-D", DataFolder, "-U", Superuser, "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C");
            _port = FreePort.Take(1)[0];
            await StartProcessAsync();
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task<bool> AnswersAsync()
    {
        Assert.False(_process!.HasExited, $"PostgreSQL exited. {_process}");
        try
        {
            await ExecuteAsync(ConnectionTo(Superuser), "SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static Task RunAsync(string program, params string[] arguments) => RunToEndAsync(Start(program, arguments));

    private static async Task RunToEndAsync(CapturedProcess process)
    {
        await using (process)
        {
            Assert.True(await process.WaitForExitAsync(Patience) == 0, $"The program failed. {process}");
        }
    }

    private static CapturedProcess Start(string program, params string[] arguments)
    {
        var path = Path.Combine(Programs!, program);
        return Environment.IsPrivilegedProcess
            ? CapturedProcess.Start(
                "setpriv", [$"--reuid={Superuser}", $"--regid={Superuser}", "--clear-groups", path, .. arguments], [])
            : CapturedProcess.Start(path, arguments, []);
    }
}
