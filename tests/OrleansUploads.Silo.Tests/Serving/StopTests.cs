using OrleansUploads.Silo.Hosting;

namespace OrleansUploads.Silo.Tests.Serving;

public sealed class StopTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Promise("cluster.md", "the database is down")]
    public async Task A_silo_ends_in_time_although_its_database_is_gone()
    {
        PostgresPrograms.RequireInstalled();
        PostgresPrograms.LetTraverse(_folder.Path);
        await using var server = new PostgresNode(_folder.File("database"));
        await server.MakePrimaryAsync();
        await server.StartAsync();
        await server.ExecuteAsync("CREATE DATABASE uploads");
        await PostgresServer.ApplySchemaAsync(server.ConnectionTo("uploads"));
        var drainTime = TimeSpan.FromSeconds(2);
        await using var silo = await RunningSilo.StartAsync(
            new SiloStart(RunningSilo.OnPostgres(server.ConnectionTo("uploads"), _folder.Data))
                .With(VariableOf(nameof(SiloSettings.DrainTime)), $"{drainTime.TotalSeconds}s"));

        await server.LoseAsync();
        silo.Terminate();

        // Orleans alone would take a minute or more.
        Assert.Equal(1, await silo.Process.WaitForExitAsync(drainTime + SiloProcess.LeaveTime + TimeSpan.FromSeconds(15)));
        Assert.Contains("The process has not stopped within 12s of the stop signal", silo.Log, StringComparison.Ordinal);
    }
}
