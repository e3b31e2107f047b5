namespace OrleansUploads.Silo.Tests.Copies;

/// <summary>A copy of the files of a PostgreSQL server, which has the same identifiers as its original.</summary>
[Campaign]
public sealed class PhysicalCopyTests : IAsyncDisposable
{
    private const string Database = "uploads";

    private readonly TemporaryFolder _folder = new();
    private readonly PostgresNode _original;
    private readonly PostgresNode _copy;
    private ServerProcess? _store;

    public PhysicalCopyTests()
    {
        _original = new PostgresNode(_folder.Path);
        _copy = new PostgresNode(_folder.Path);
    }

    private string Parts => _folder.File("parts");

    public async ValueTask DisposeAsync()
    {
        await _copy.DisposeAsync();
        await _original.DisposeAsync();
        await (_store?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    [Fact]
    [Promise("cluster.md", "a silo starts on a physical copy of the database")]
    public async Task A_silo_on_it_ends_at_once_beside_production_under_load_and_takes_nothing_from_it()
    {
        await StartOriginalAsync();
        var production = await RunningSilo.StartAllAsync([NewSilo(_original), NewSilo(_original)]);
        await using var first = production[0];
        await using var second = production[1];
        await using var load = await AcknowledgedLoad.StartAsync(first.Address, second.Address);
        await load.AwaitMoreAsync(20);
        await CopyAsync();

        var refusal = await RunningSilo.ExpectRefusalAsync(NewSilo(_copy).Environment);

        Assert.DoesNotContain("   at ", refusal, StringComparison.Ordinal);

        // If production has renewed its claim to the bytes since the copy, the silo ends before it meets any other.
        if (!refusal.Contains("is used by silos with another database", StringComparison.Ordinal))
        {
            Assert.Contains("one of the two is a copy of the other", refusal, StringComparison.Ordinal);
            Assert.Contains("'orleans-uploads-silo clone'", refusal, StringComparison.Ordinal);
            Assert.Contains(
                production, static silo => silo.Log.Contains("is not in the table of silos of this silo's database", StringComparison.Ordinal));
        }

        // Production notices nothing, and silos that belong to it come and go.
        await load.AwaitMoreAsync(20);
        await using var third = await RunningSilo.StartAsync(NewSilo(_original));
        await third.StopAsync();
        await load.StopAsync();
        await load.RequireAllAsync(first.Address);
        Assert.Equal("2", await PostgresServer.QueryAsync(
            ConnectionTo(_original), $"SELECT count(*) FROM orleansmembershiptable WHERE status = {(int)SiloStatus.Active}"));
    }

    /// <summary>In another network, or after production has got other addresses, silos do not meet, but they reach the same bytes.</summary>
    [Theory]
    [InlineData("folder", Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "2"])]
    [InlineData("S3")]
    [Promise("cluster.md", "a silo starts on a physical copy of the database")]
    public async Task A_silo_on_it_that_cannot_find_production_loses_the_bytes_before_it_collects_any(string parts)
    {
        await StartOriginalAsync();
        if (parts == "S3")
        {
            _store = await S3Calls.StartStoreAsync(_folder.Data);
        }

        await using var production = await RunningSilo.StartAsync(NewSilo(_original));
        await using var load = await AcknowledgedLoad.StartAsync(production.Address);
        await load.AwaitMoreAsync(20);
        await Eventually.BecomesTrueAsync(
            async () => await PostgresServer.QueryAsync(
                ConnectionTo(_original), "SELECT count(*) FROM uploads_row WHERE name = 'ou-store-mark/renewal'") == "1",
            "the claim is renewed",
            TimeSpan.FromSeconds(30));
        await CopyAsync();
        await PostgresServer.ExecuteAsync(ConnectionTo(_copy), "DELETE FROM orleansmembershiptable");

        // It may start before the next renewal, and is then told in the log.
        await using var silo = NewSilo(_copy).Run();
        await Eventually.BecomesTrueAsync(
            () => $"{silo.Output}{silo.Error}".Contains("is used by silos with another database", StringComparison.Ordinal),
            "the silo loses the bytes",
            TimeSpan.FromSeconds(60));

        await silo.KillAsync();

        // The commands do not give it the bytes that production uses.
        await PostgresServer.ExecuteAsync(ConnectionTo(_copy), "DELETE FROM orleansmembershiptable");
        Assert.Contains(
            "has the bytes of the cluster that was copied", await RunningSilo.RefuseAsync(NewSilo(_copy).Environment, "clone"), StringComparison.Ordinal);
        Assert.Equal(0, await RunningSilo.RunHereAsync(NewSilo(_copy).Environment, "restore"));
        Assert.Contains("is used by the cluster", await RunningSilo.ExpectRefusalAsync(NewSilo(_copy).Environment), StringComparison.Ordinal);

        await load.AwaitMoreAsync(20);
        await load.StopAsync();
        await load.RequireAllAsync(production.Address);
        Assert.DoesNotContain("is used by silos with another database", production.Log, StringComparison.Ordinal);
    }

    private static string ConnectionTo(PostgresNode server) =>
        $"Host=127.0.0.1;Port={server.Port};Username={PostgresPrograms.Superuser};Database={Database};Maximum Pool Size=30";

    private async Task StartOriginalAsync()
    {
        PostgresPrograms.RequireInstalled();
        Directory.CreateDirectory(Parts);
        await _original.MakePrimaryAsync();
        await _original.StartAsync();
        await _original.ExecuteAsync($"CREATE DATABASE {Database}");
        await PostgresServer.ApplySchemaAsync(ConnectionTo(_original));
    }

    private async Task CopyAsync()
    {
        await _copy.MakeStandbyAsync(_original);
        await _copy.StartAsync();
        await _copy.PromoteAsync();
    }

    /// <summary>A silo that collects after ten seconds what its database does not know.</summary>
    private SiloStart NewSilo(PostgresNode server)
    {
        var silo = new SiloStart(RunningSilo.OnPostgres(ConnectionTo(server), Parts))
            .With(VariableOf(nameof(SiloSettings.CollectGrace)), "10s")
            .With(VariableOf(nameof(SiloSettings.CollectInterval)), "1s");
        return _store is null ? silo : silo.WithPartsIn(_store);
    }
}
