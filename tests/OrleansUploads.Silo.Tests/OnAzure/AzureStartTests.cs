namespace OrleansUploads.Silo.Tests.OnAzure;

/// <summary>Silos that start with Azure Storage.</summary>
[Campaign]
public sealed class AzureStartTests(AzuriteServer azurite) : TestWithFolder
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_silo_that_is_asked_to_stop_while_it_starts_ends_without_an_error()
    {
        using var proxy = await TableProxy.StartAsync(azurite);
        var cluster = await azurite.CreateLocalClusterAsync() with { ConnectionString = Azurite.ConnectionToTables(proxy.Tables) };

        // The silo's checks pass, and then the account hangs while it joins.
        proxy.Plan = static request => request.Table == "OrleansUploadsSilos" && request.IsWrite ? TableFault.Hang : TableFault.None;
        await using var silo = new SiloStart(RunningSilo.OnAzure(cluster, Folder.Data)).Run();
        await Eventually.BecomesTrueAsync(() => proxy.Count(TableFault.Hang) > 0 || silo.HasExited, "the silo joins", Patience);

        silo.Terminate();

        Assert.True(await silo.WaitForExitAsync(Patience) == 0, silo.ToString());
        Assert.DoesNotContain("Unhandled", silo.Error, StringComparison.Ordinal);
    }
}
