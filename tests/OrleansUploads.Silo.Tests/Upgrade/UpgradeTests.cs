using System.Text.Json;
using OrleansUploads.Gateway.Http.Health;
using OrleansUploads.Silo.Tests.Copies;

namespace OrleansUploads.Silo.Tests.Upgrade;

/// <summary>A cluster that serves is upgraded and goes back in the order of docs/cluster.md.</summary>
/// <remarks><c>ORLEANSUPLOADS_SOAK_PREVIOUS_SILO</c> names the silo of the older version. Without it, that is this build with another
/// version.</remarks>
[Campaign]
public sealed class UpgradeTests(PostgresServer postgres, ITestOutputHelper output) : TestWithFolder
{
    private const int Silos = 2;

    /// <summary>The archives and objects that are stored between two steps.</summary>
    private const int BetweenSteps = 4;

    private static readonly string NewVersion = ServerDescription.VersionOf(typeof(SiloSettings).Assembly);

    [Fact]
    public async Task No_request_fails_while_a_cluster_is_upgraded_and_while_it_goes_back()
    {
        var older = Environment.GetEnvironmentVariable("ORLEANSUPLOADS_SOAK_PREVIOUS_SILO")
            ?? OtherVersion.Of(Repository.SiloProgram, Folder.File("older"));
        var database = await postgres.CreateDatabaseAsync();
        var start = new SiloStart(RunningSilo.OnPostgres(database, Folder.Data)) { Program = older };
        var all = new List<RunningSilo>();
        RunningSilo? gateway = null;
        try
        {
            all.AddRange(await RunningSilo.StartAllAsync(
                [start, .. Enumerable.Range(1, Silos - 1).Select(_ => start with { Environment = RunningSilo.OnPostgres(database, Folder.Data) })]));
            gateway = await RunningSilo.StartAsync(
                new SiloStart(RunningSilo.OnPostgres(database, Folder.Data)) { Program = older }
                    .With(VariableOf(nameof(SiloSettings.Role)), "gateway"));
            var before = await VersionsAsync(start);
            Assert.Equal(Silos, before.Count);

            // The schema first, then the silos, then the gateways.
            await using (var load = await AcknowledgedLoad.StartAsync(gateway.Address))
            {
                await PostgresServer.ApplySchemaAsync(database);
                await ReplaceAsync(all, Repository.SiloProgram, load);
                await load.StopAsync();
                await RequireAllAsync(load, all, gateway);
            }

            Assert.Equal(Enumerable.Repeat(NewVersion, Silos), await VersionsAsync(start));
            gateway = await ReplaceAsync(gateway, Repository.SiloProgram, all[0]);

            // Back, the gateways first.
            gateway = await ReplaceAsync(gateway, older, all[0]);
            await using (var load = await AcknowledgedLoad.StartAsync(gateway.Address))
            {
                await ReplaceAsync(all, older, load);
                await load.StopAsync();
                await RequireAllAsync(load, all, gateway);
            }

            Assert.Equal(before, await VersionsAsync(start));
        }
        finally
        {
            foreach (var process in all.Append(gateway).OfType<RunningSilo>())
            {
                await process.DisposeAsync();
            }
        }
    }

    /// <summary>Replaces the silos one at a time, while a load stores through a gateway.</summary>
    private static async Task ReplaceAsync(List<RunningSilo> silos, string program, AcknowledgedLoad load)
    {
        for (var number = 0; number < silos.Count; number++)
        {
            await load.AwaitMoreAsync(BetweenSteps);
            silos[number] = await ReplaceAsync(silos[number], program);
        }

        await load.AwaitMoreAsync(BetweenSteps);
    }

    /// <summary>Replaces a gateway while a load stores through a silo.</summary>
    private static async Task<RunningSilo> ReplaceAsync(RunningSilo gateway, string program, RunningSilo silo)
    {
        await using var load = await AcknowledgedLoad.StartAsync(silo.Address);
        await load.AwaitMoreAsync(BetweenSteps);
        var replaced = await ReplaceAsync(gateway, program);
        await load.AwaitMoreAsync(BetweenSteps);
        await load.StopAsync();
        await load.RequireAllAsync(replaced.Address);
        return replaced;
    }

    private static async Task<RunningSilo> ReplaceAsync(RunningSilo process, string program)
    {
        await process.StopAsync();
        await process.DisposeAsync();
        return await process.StartAgainAsync(start => start with { Program = program });
    }

    private async Task RequireAllAsync(AcknowledgedLoad load, IEnumerable<RunningSilo> silos, RunningSilo gateway)
    {
        output.WriteLine($"{load.Count} archives and objects were stored, and no request failed.");
        foreach (var process in silos.Append(gateway))
        {
            await load.RequireAllAsync(process.Address);
        }
    }

    /// <summary>The versions of the silos that the command <c>status</c> of the new version shows.</summary>
    private static async Task<IReadOnlyList<string>> VersionsAsync(SiloStart start)
    {
        await using var process = (start with { Program = Repository.SiloProgram }).Run("status", "--json");
        await process.WaitForExitAsync(TimeSpan.FromMinutes(1));
        using var document = JsonDocument.Parse(process.Output);
        return
        [
            .. document.RootElement.GetProperty("members").EnumerateArray()
                .Where(static member => member.GetProperty("state").GetString() == "Active")
                .Select(static member => member.GetProperty("version").GetString()!),
        ];
    }
}
