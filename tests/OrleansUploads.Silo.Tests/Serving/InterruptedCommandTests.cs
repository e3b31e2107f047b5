using System.Net.Sockets;

namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>Commands that are interrupted while they wait for a database or a store that takes connections and never answers.</summary>
[Campaign]
public sealed class InterruptedCommandTests(PostgresServer postgres) : TestWithFolder
{
    [Theory]
    [InlineData(130, "take-over")]
    [InlineData(130, "restore")]
    [InlineData(130, "clone")]
    [InlineData(130, "import", "folder")]
    [InlineData(130, "clock", "show")]
    [InlineData(130, "backup", "begin", "1h")]
    [InlineData(2, "status")]
    public Task A_command_that_waits_for_the_database_ends(int exitCode, params string[] command) => InterruptAsync(
        silent => new SiloStart(RunningSilo.OnPostgres($"Host=127.0.0.1;Port={silent.Port};Username=postgres;Database=postgres", Folder.Data)),
        exitCode,
        command);

    [Fact]
    public async Task A_command_that_waits_for_the_store_ends()
    {
        var start = new SiloStart(RunningSilo.OnPostgres(await postgres.CreateDatabaseAsync(), Folder.Data));

        await InterruptAsync(
            silent => start.WithPartsInS3("s3://bucket/prefix", new Uri($"http://{silent}"), "id", "secret"), 130, "take-over");
    }

    private static async Task InterruptAsync(Func<IPEndPoint, SiloStart> start, int exitCode, params string[] command)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var process = start((IPEndPoint)silent.LocalEndpoint).Run(command);
        using var connection = await silent.AcceptSocketAsync(Cancellation);

        process.Terminate();

        Assert.True(await process.WaitForExitAsync(TimeSpan.FromMinutes(2)) == exitCode, process.ToString());
        Assert.Contains("interrupted. Run the command again", process.Error, StringComparison.OrdinalIgnoreCase);
    }
}
