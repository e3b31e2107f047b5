using OrleansUploads.Silo.Settings;

namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>A silo that is started twice: the second process gives up before it joins, and the first one keeps serving.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class SecondStartTests(PostgresServer postgres) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, false, false, "Listen")]
    [InlineData(true, false, false, "SiloPort")]
    [InlineData(true, true, false, "ClientPort")]
    [InlineData(false, true, true, "Listen")]
    [Promise("cluster.md", "a silo is started twice")]
    public async Task A_second_silo_with_one_of_the_ports_is_refused_and_the_first_one_keeps_serving(
        bool otherListen, bool otherSiloPort, bool otherClientPort, string named)
    {
        var first = RunningSilo.OnPostgres(await postgres.CreateDatabaseAsync(), _folder.Data);
        var ports = FreePort.Take(3);
        var second = new Dictionary<string, string?>(first);
        if (otherListen)
        {
            second[KnownSettings.Listen.Variable] = $"127.0.0.1:{ports[0]}";
        }

        if (otherSiloPort)
        {
            second[KnownSettings.SiloPort.Variable] = $"{ports[1]}";
        }

        if (otherClientPort)
        {
            second[KnownSettings.ClientPort.Variable] = $"{ports[2]}";
        }

        await using var silo = await RunningSilo.StartAsync(first);
        using var client = silo.Connect();
        await client.CreateVaultAsync("photos");

        var line = await RunningSilo.ExpectRefusalAsync(second);

        Assert.DoesNotContain('\n', line);
        Assert.StartsWith($"orleans-uploads-silo: OrleansUploads__{named}: another process uses 127.0.0.1:", line, StringComparison.Ordinal);
        await client.CreateVaultAsync("music");
        Assert.Equal(
            "1", await PostgresServer.QueryAsync(first[KnownSettings.ConnectionString.Variable]!, "SELECT count(*) FROM orleansmembershiptable"));
    }
}
