namespace OrleansUploads.Silo.Tests.Copies;

/// <summary>A home folder with the files of docs/cluster.md, "Three silos without containers": a database called uploads on a server of
/// its own, the program, the shared folder and the settings. Ports are free ones.</summary>
internal sealed class HomeOfCluster : IAsyncDisposable
{
    private const string Database = "uploads";
    private static readonly string[] OfOneSilo =
        [VariableOf(nameof(SiloSettings.Listen)), VariableOf(nameof(SiloSettings.SiloPort)), VariableOf(nameof(SiloSettings.ClientPort))];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder = new();
    private readonly PostgresNode _postgres;

    private HomeOfCluster() => _postgres = new PostgresNode(_folder.Path);

    public string PartsFolder => Path.Combine(Home, "cluster/parts");

    public string ConnectionString => new NpgsqlConnectionStringBuilder(_postgres.ConnectionTo(Database))
    {
        Username = Database,
        Pooling = true,
        MaxPoolSize = 30,
    }.ConnectionString;

    private string Home => _folder.File("home");

    public static async Task<HomeOfCluster> CreateAsync()
    {
        PostgresPrograms.RequireInstalled();
        var home = new HomeOfCluster();
        await home._postgres.MakePrimaryAsync();
        await home._postgres.StartAsync();
        await home._postgres.ExecuteAsync($"CREATE ROLE {Database} LOGIN");
        await home._postgres.ExecuteAsync($"CREATE DATABASE {Database} OWNER {Database}");
        await PostgresServer.ApplySchemaAsync(home.ConnectionString);
        Directory.CreateDirectory(home.PartsFolder);
        File.CreateSymbolicLink(Path.Combine(home.Home, "cluster/program"), Path.GetDirectoryName(Repository.SiloProgram)!);
        await File.WriteAllTextAsync(Path.Combine(home.Home, "cluster/keys.json"), "");
        return home;
    }

    /// <summary>The environment of a silo with new ports, and with the default names.</summary>
    public Dictionary<string, string?> NewSilo() => RunningSilo.OnPostgres(ConnectionString, PartsFolder);

    /// <summary>Writes the settings that all silos share to the file from which the commands read them.</summary>
    public async Task WriteSettingsAsync(IReadOnlyDictionary<string, string?> silo)
    {
        var shared = silo.Where(static setting => setting.Value is not null && !OfOneSilo.Contains(setting.Key))
            .Select(static setting => $"{setting.Key}='{setting.Value}'");
        var path = Path.Combine(Home, "cluster/silos.env");
        await File.WriteAllLinesAsync(path, shared);
        var text = await File.ReadAllTextAsync(path);

        // The recipes change the name of the database in the form in which the handbook writes it.
        await File.WriteAllTextAsync(path, text.Replace($"Database={Database}'", $"Database={Database};'", StringComparison.Ordinal));
    }

    /// <summary>Runs commands of the handbook. Stops at the first one that fails.</summary>
    /// <param name="commands">The commands.</param>
    /// <param name="replacements">What differs here, such as ports.</param>
    /// <returns>What they printed.</returns>
    public async Task<string> RunAsync(string commands, params (string Printed, string Here)[] replacements)
    {
        foreach (var (printed, here) in replacements)
        {
            Assert.Contains(printed, commands, StringComparison.Ordinal);
            commands = commands.Replace(printed, here, StringComparison.Ordinal);
        }

        await using var shell = CapturedProcess.Start("bash", ["-euo", "pipefail", "-c", commands],
        [
            new("HOME", Home),
            new("PGHOST", "127.0.0.1"),
            new("PGPORT", _postgres.Port.ToString(CultureInfo.InvariantCulture)),
            new("PGDATABASE", null),
        ]);
        Assert.True(await shell.WaitForExitAsync(Patience) == 0, shell.ToString());
        return shell.Output;
    }

    /// <summary>Starts a silo, whose process ID is where the commands look for it.</summary>
    public async Task<RunningSilo> StartSiloAsync(IReadOnlyDictionary<string, string?> environment, int number)
    {
        var silo = await RunningSilo.StartAsync(environment);
        await File.WriteAllTextAsync(
            Path.Combine(Home, $"cluster/silo-{number}.pid"), silo.Process.Id.ToString(CultureInfo.InvariantCulture));
        return silo;
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Home, "drill/silo.pid")))
        {
            await RunAsync("kill -9 $(cat ~/drill/silo.pid) || true");
        }

        await _postgres.DisposeAsync();
        _folder.Dispose();
    }
}
