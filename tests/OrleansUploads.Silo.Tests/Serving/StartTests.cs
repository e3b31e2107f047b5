using System.Text.Json;

namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>Gateways and commands beside a running silo.</summary>
[Collection(nameof(SharedSilo)), Campaign]
public sealed class StartTests(SharedSilo shared)
{
    [Fact]
    public async Task A_backup_command_that_is_stopped_ends_and_says_that_the_backup_has_begun()
    {
        await shared.StartAsync();
        await using var command = new SiloStart(shared.Environment).Run("backup", "begin", "1h");
        Assert.True(await command.WaitForLineAsync("The backup has begun.", TimeSpan.FromSeconds(60)) is not null, command.ToString());

        command.Terminate();

        Assert.True(await command.WaitForExitAsync(TimeSpan.FromSeconds(60)) == 130, command.ToString());
        Assert.Contains("The command was stopped. The backup has begun", command.Error, StringComparison.Ordinal);
        Assert.StartsWith("A backup is in progress. No bytes are deleted until 20", await RunCommandAsync("backup", "show"), StringComparison.Ordinal);
        var shown = JsonElement.Parse(await RunCommandAsync("backup", "show", "--json"));
        Assert.True(shown.GetProperty("isInProgress").GetBoolean());
        Assert.InRange(shown.GetProperty("until").GetDateTimeOffset() - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        Assert.Equal("No backup is in progress.", await RunCommandAsync("backup", "end"));
        Assert.Equal("The clock is trusted.", await RunCommandAsync("clock", "show"));
        Assert.Equal("""{"isTrusted":true,"fault":null}""", await RunCommandAsync("clock", "show", "--json"));
    }

    [Fact]
    public async Task A_gateway_without_a_silo_serves_the_silos_data()
    {
        var silo = await shared.StartAsync();
        await using var gateway = await RunningSilo.StartAsync(
            new SiloStart(RunningSilo.OnPostgres(shared.Database, shared.PartsFolder)).With(VariableOf(nameof(SiloSettings.Role)), "gateway"));
        using var client = await gateway.ConnectAsync("gateway");
        var archive = Archives.Bytes(2_000_000, seed: 3);
        var receipt = await client.UploadInPartsAsync("gateway", archive);
        using var direct = silo.Connect();
        Assert.Equal(archive, await direct.RetrieveAsync("gateway", receipt.ArchiveId));
        using var s3 = new S3Calls(silo);
        await s3.SendAsync(HttpMethod.Put, "/gateway");
        await s3.SendAsync(HttpMethod.Put, "/gateway/2026/holiday.tar", archive);
        using var s3AtGateway = new S3Calls(gateway);
        Assert.Equal(archive, await s3AtGateway.SendAsync(HttpMethod.Get, "/gateway/2026/holiday.tar"));
        await gateway.StopAsync();
    }

    private async Task<string> RunCommandAsync(params string[] arguments)
    {
        await using var command = new SiloStart(shared.Environment).Run(arguments);
        Assert.True(await command.WaitForExitAsync(TimeSpan.FromSeconds(60)) == 0, command.ToString());
        return command.Output.Trim();
    }
}
