using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using OrleansUploads.Cluster.Abstractions.Uploads;

namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>The sample of an ingestion node, against silos in their own processes.</summary>
[Collection(nameof(SharedSilo))]
public sealed class IngestionNodeTests(PostgresServer postgres, SharedSilo shared) : TestWithFolder
{
    private const int PartSizeBytes = 8 << 20;
    private const string Account = "000000000001";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact, Slice(7)]
    public async Task Nodes_that_share_an_upload_get_one_archive_although_a_node_and_a_silo_are_killed()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var silo = await RunningSilo.StartAsync(RunningSilo.OnPostgres(database, Folder.Data));
        await using var other = await RunningSilo.StartAsync(RunningSilo.OnPostgres(database, Folder.Data));
        using (var client = silo.Connect())
        {
            await client.CreateVaultAsync("photos");
        }

        var bytes = Archives.Bytes((5 * PartSizeBytes) + 1000, seed: 7);
        await File.WriteAllBytesAsync(Folder.File("holiday.tar"), bytes);
        string upload;
        await using (var killed = StartNode(database, "photos"))
        {
            upload = (await killed.WaitForLineAsync("upload  ", Patience))!["upload  ".Length..];
            await killed.KillAsync();
        }

        await using var first = StartNode(database, "photos", upload);
        await using var second = StartNode(database, "photos", upload);
        await other.KillAsync();
        Assert.True(await first.WaitForExitAsync(Patience) == 0, first.ToString());
        Assert.True(await second.WaitForExitAsync(Patience) == 0, second.ToString());
        await using var third = StartNode(database, "photos", upload);
        Assert.True(await third.WaitForExitAsync(Patience) == 0, third.ToString());

        Assert.Equal(6 + 2, LinesOf(first).Count);
        Assert.Equal(LinesOf(first), LinesOf(second));
        Assert.Equal(LinesOf(first), LinesOf(third));
        var locations = LinesOf(first).Skip(2).Select(line => line[(line.IndexOf(" is at ", StringComparison.Ordinal) + 7)..]);
        Assert.Equal(bytes, locations.SelectMany(File.ReadAllBytes));
    }

    [Fact, Campaign]
    public async Task A_refused_node_says_why()
    {
        await shared.StartAsync();
        await File.WriteAllBytesAsync(Folder.File("holiday.tar"), [1]);
        await using var node = StartNode(shared.Database, "none");
        Assert.Equal(1, await node.WaitForExitAsync(Patience));
        Assert.Contains(
            $"IngestionNode: VaultNotFound: There is no vault {Account}/none. Create it first.", node.Error, StringComparison.Ordinal);
    }

    [Fact, Trait(TestRun.Name, TestRun.Timing)]
    public async Task A_wrong_cluster_ID_is_named_within_ten_seconds()
    {
        await shared.StartAsync();
        await File.WriteAllBytesAsync(Folder.File("holiday.tar"), [1]);
        var watch = Stopwatch.StartNew();
        await using var node = StartNode(shared.Database, "photos", clusterId: "typo");
        Assert.Equal(1, await node.WaitForExitAsync(Patience));
        Assert.Contains("no silo of the cluster 'typo' answers", node.Error, StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));

        var typo = new SiloStart(shared.Environment).With(VariableOf(nameof(SiloSettings.ClusterId)), "typo");
        watch.Restart();
        Assert.Contains(
            "the database has silos of the cluster 'orleans-uploads', and none of 'typo'",
            await RunningSilo.RefuseAsync(typo.Environment, "clock", "show"),
            StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact, Trait(TestRun.Name, TestRun.Timing)]
    public async Task A_call_to_a_silo_that_hangs_ends_after_five_seconds()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var silo = await RunningSilo.StartAsync(RunningSilo.OnPostgres(database, Folder.Data));
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.UseOrleansClient(client => client
            .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database))
            .Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("orleans-uploads", "orleans-uploads")));
        using var host = builder.Build();
        await host.StartAsync(Cancellation);
        var upload = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IUploadGrain>(UploadKey.New());
        var vault = new VaultAddress(Account, "photos");
        await upload.SummarizeAsync(vault, Cancellation);

        silo.Process.Pause();
        var watch = Stopwatch.StartNew();
        await Assert.ThrowsAsync<TimeoutException>(async () => await upload.SummarizeAsync(vault, Cancellation));
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(10));
        silo.Process.Resume();
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public void The_code_in_the_README_of_the_contract_is_in_the_sample()
    {
        var sample = Directory.EnumerateFiles(Repository.File("deploy/samples/IngestionNode"), "*.cs")
            .SelectMany(File.ReadAllLines).Select(line => line.Trim()).ToHashSet();
        var shown = File.ReadAllText(Repository.File("src/OrleansUploads.Cluster.Abstractions/README.md"))
            .Split("```csharp\n")[1..]
            .SelectMany(rest => rest[..rest.IndexOf("```", StringComparison.Ordinal)].Split('\n'))
            .Select(line => line.Trim());
        Assert.DoesNotContain(shown, line => !sample.Contains(line));
    }

    private static List<string> LinesOf(CapturedProcess node) => [.. node.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private CapturedProcess StartNode(string database, string vault, string? upload = null, string? clusterId = null) => CapturedProcess.Start(
        CommandLine.Dotnet,
        [Repository.IngestionNode, Folder.File("holiday.tar"), Account, vault, Folder.File("store"), .. upload is null ? [] : (string[])[upload]],
        [new("ORLEANS_POSTGRES", database), new("ORLEANS_CLUSTER", clusterId)]);
}
