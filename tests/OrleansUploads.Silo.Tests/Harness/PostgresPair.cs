namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>A primary and a standby for which its commits wait.</summary>
internal sealed class PostgresPair : IAsyncDisposable
{
    private const string Database = "uploads";

    private readonly TemporaryFolder _folder = new();
    private bool _wasPromoted;

    private PostgresPair()
    {
        Primary = new PostgresNode(_folder.Path);
        Standby = new PostgresNode(_folder.Path);
    }

    public PostgresNode Primary { get; private set; }

    /// <summary>The other server, if it was not lost.</summary>
    public PostgresNode Standby { get; private set; }

    /// <summary>The connection string that names both servers. It never changes.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>Starts both servers with a database for silos. Skips the test if that is impossible.</summary>
    public static async Task<PostgresPair> StartAsync()
    {
        PostgresPrograms.RequireInstalled();
        var pair = new PostgresPair();
        try
        {
            await pair.Primary.MakePrimaryAsync();
            await pair.Primary.StartAsync();
            await pair.Primary.ExecuteAsync($"CREATE DATABASE {Database}");
            await PostgresServer.ApplySchemaAsync(pair.Primary.ConnectionTo(Database));
            await pair.AddStandbyAsync();
            pair.ConnectionString = $"Host=127.0.0.1:{pair.Primary.Port},127.0.0.1:{pair.Standby.Port};"
                + $"Username={PostgresPrograms.Superuser};Database={Database};Maximum Pool Size=30";
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>The connection string of the database on one server.</summary>
    public static string On(PostgresNode server) => server.ConnectionTo(Database);

    /// <summary>Makes the standby the primary. The old primary keeps running, if it does.</summary>
    public async Task PromoteAsync()
    {
        await Standby.PromoteAsync();
        (Primary, Standby) = (Standby, Primary);
        _wasPromoted = true;
    }

    /// <summary>Makes a standby from the primary, in place of the other server and its data.</summary>
    public async Task AddStandbyAsync()
    {
        await Standby.LoseAsync();
        await Standby.MakeStandbyAsync(Primary);
        await Standby.StartAsync();
        await Primary.WaitForStandbyAsync(true);
        _wasPromoted = false;
    }

    /// <summary>Repairs the pair after a test has paused, stopped or promoted a server: both run, and commits wait for the standby.</summary>
    public async Task RepairAsync()
    {
        if (Primary.IsRunning)
        {
            await Primary.ResumeAsync();
        }
        else
        {
            await Primary.StartAsync();
        }

        if (_wasPromoted)
        {
            await AddStandbyAsync();
            return;
        }

        if (!Standby.IsRunning)
        {
            await Standby.StartAsync();
        }

        await Primary.WaitForStandbyAsync(true);
    }

    public async ValueTask DisposeAsync()
    {
        await Primary.DisposeAsync();
        await Standby.DisposeAsync();
        _folder.Dispose();
    }
}
