using System.Text.Json;
using OrleansUploads.Gateway.Http.Health;
using OrleansUploads.Silo.Hosting;

namespace OrleansUploads.Silo.Tests.Status;

/// <summary>The command <c>status</c> describes a cluster whose silos run, or do not, and says what needs attention.</summary>
[Campaign]
public sealed class ClusterStatusTests(PostgresServer postgres, AzuriteServer azurite) : TestWithFolder
{
    [Theory]
    [InlineData("PostgreSQL")]
    [InlineData("Azurite", Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "4"])]
    public async Task It_describes_a_running_cluster_and_a_stopped_one(string database)
    {
        var start = await StartOfSiloAsync(database);
        await using var silo = await RunningSilo.StartAsync(start);

        var (code, status) = await ReadAsync(start);
        Assert.True(code == 0, $"{status}");
        Assert.Empty(Attention(status));
        var member = Assert.Single(status.GetProperty("members").EnumerateArray());
        Assert.Equal(
            ($"127.0.0.1:{silo.SiloPort}", "Active", ServerDescription.VersionOf(typeof(SiloSettings).Assembly)),
            (Text(member, "address"), Text(member, "state"), Text(member, "version")));
        Assert.InRange(DateTimeOffset.UtcNow - member.GetProperty("since").GetDateTimeOffset(), TimeSpan.Zero, TimeSpan.FromMinutes(5));
        var store = status.GetProperty("store");
        Assert.Equal((Folder.Data, 32), (Text(store, "place"), Text(store, "mark")!.Length));
        Assert.Equal($"is used by the cluster {Text(status, "cluster")}", Text(store, "owner"));
        Assert.True(status.GetProperty("clockIsTrusted").GetBoolean());

        await silo.StopAsync();

        (code, status) = await ReadAsync(start);
        Assert.Equal(1, code);
        Assert.Contains("No silo is running", Assert.Single(Attention(status)), StringComparison.Ordinal);
        await using var text = start.Run("status");
        Assert.Equal(1, await text.WaitForExitAsync(TimeSpan.FromMinutes(1)));
        Assert.Contains("Needs attention:\n- No silo is running", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_says_what_needs_attention()
    {
        var start = await StartOfSiloAsync("PostgreSQL");
        var database = start.Environment[VariableOf(nameof(SiloSettings.ConnectionString))]!;
        await using (var silo = await RunningSilo.StartAsync(start))
        {
            await PostgresServer.ExecuteAsync(database, """
                INSERT INTO orleansmembershiptable (deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
                SELECT deploymentid, address, port + 1, generation, siloname, hostname, status, proxyport, starttime, starttime - interval '1 hour'
                FROM orleansmembershiptable;
                INSERT INTO orleansmembershiptable (deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
                SELECT deploymentid, address, port + 1, generation, 'old', hostname, status, proxyport, starttime, iamalivetime + interval '1 hour'
                FROM orleansmembershiptable ORDER BY port DESC LIMIT 1;
                """);

            var (code, status) = await ReadAsync(start);

            Assert.Equal(1, code);
            Assert.Contains(Attention(status), static found => found.Contains("has not reported since", StringComparison.Ordinal));
            Assert.Contains(Attention(status), static found => found.Contains("different versions", StringComparison.Ordinal));
            await silo.KillAsync();
        }

        await File.WriteAllTextAsync(
            Path.Combine(Folder.Data, $"store-claims/{9:D10}-{new string('a', 16)}-{new string('b', 16)}"),
            "is used by the cluster thief",
            Cancellation);
        Assert.Contains(
            Attention((await ReadAsync(start)).Status),
            found => found.StartsWith($"{Folder.Data} is used by the cluster thief, and not by this cluster", StringComparison.Ordinal));

        var other = start.With(VariableOf(nameof(SiloSettings.PartsFolder)), Folder.File("other"));
        Assert.Contains(
            Attention((await ReadAsync(other)).Status),
            static found => found.Contains("does not keep the bytes of this cluster", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_database_without_a_cluster_has_no_status()
    {
        var message = await RunningSilo.RefuseAsync((await StartOfSiloAsync("PostgreSQL")).Environment, "status");

        Assert.Contains("no silo has ever started on this database", message, StringComparison.Ordinal);
        Assert.Equal(2, SiloCommandLine.FailureCodeOf(SiloCommandLine.Parse("status")));
    }

    [Fact]
    public async Task A_user_of_the_database_that_may_only_read_can_ask()
    {
        const string User = "only_reads";
        var start = await StartOfSiloAsync("PostgreSQL");
        var database = start.Environment[VariableOf(nameof(SiloSettings.ConnectionString))]!;
        await using (var silo = await RunningSilo.StartAsync(start))
        {
            await silo.StopAsync();
        }

        await PostgresServer.ExecuteAsync(database, $"CREATE ROLE {User} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {User}");
        var reader = start.With(
            VariableOf(nameof(SiloSettings.ConnectionString)), new NpgsqlConnectionStringBuilder(database) { Username = User }.ConnectionString);
        Assert.Contains("No silo is running", Assert.Single(Attention((await ReadAsync(reader)).Status)), StringComparison.Ordinal);

        // As a backup without the table of silos.
        await PostgresServer.ExecuteAsync(database, "DELETE FROM orleansmembershiptable; DELETE FROM orleansmembershipversiontable");
        Assert.Contains("No silo is running", Assert.Single(Attention((await ReadAsync(reader)).Status)), StringComparison.Ordinal);
    }

    private async Task<SiloStart> StartOfSiloAsync(string database)
    {
        IDatabaseServer server = database == "PostgreSQL" ? postgres : azurite;
        return new SiloStart((await server.CreateAsync()).NewSilo(Folder.Data));
    }

    private static async Task<(int ExitCode, JsonElement Status)> ReadAsync(SiloStart start)
    {
        await using var process = start.Run("status", "--json");
        var code = await process.WaitForExitAsync(TimeSpan.FromMinutes(1));
        Assert.True(process.Output.Length > 0, process.ToString());
        using var document = JsonDocument.Parse(process.Output);
        return (code, document.RootElement.Clone());
    }

    private static IReadOnlyList<string> Attention(JsonElement status) =>
        [.. status.GetProperty("attention").EnumerateArray().Select(static sentence => sentence.GetString()!)];

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
