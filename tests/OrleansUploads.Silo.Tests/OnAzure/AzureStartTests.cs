using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using OrleansUploads.Silo.Settings;

namespace OrleansUploads.Silo.Tests.OnAzure;

/// <summary>Silos that start with Azure Storage.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class AzureStartTests(AzuriteServer azurite) : IDisposable
{
    private const string Prefix = "orleans-uploads-silo: OrleansUploads__ConnectionString";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, Trait(TestRun.Name, TestRun.Timing)]
    [InlineData]
    [InlineData("clock", "show")]
    public async Task An_unreachable_account_is_named_within_seconds(params string[] arguments)
    {
        var account = Azurite.AddressAt(FreePort.Take(1)[0]);
        var watch = Stopwatch.StartNew();

        var message = await RefusalAsync(Azurite.ConnectionToTables(account), arguments);

        Assert.StartsWith($"{Prefix}: Azure Storage at {account.Authority} reported: Connection refused", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Patience / 2);
    }

    [Fact]
    public async Task An_account_that_does_not_answer_is_named_within_seconds()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var account = new Uri($"http://{silent.LocalEndpoint}/{Azurite.Account}");

        var message = await RefusalAsync(Azurite.ConnectionToTables(account));

        Assert.StartsWith($"{Prefix}: Azure Storage at {account.Authority} ", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public async Task A_wrong_key_is_named()
    {
        var connection = (await azurite.CreateClusterAsync()).ConnectionString;
        var key = connection.Split(';').Single(static part => part.StartsWith("AccountKey=", StringComparison.Ordinal));

        var message = await RefusalAsync(connection.Replace(key, "AccountKey=" + Convert.ToBase64String(new byte[64]), StringComparison.Ordinal));

        Assert.StartsWith($"{Prefix}: Azure Storage at ", message, StringComparison.Ordinal);
        Assert.EndsWith("Check the account's name and key.", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Username=uploads;Database=uploads")]
    [InlineData("nonsense")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=not base64;EndpointSuffix=core.windows.net")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=a;EndpointSuffix=core.windows.net")]
    public async Task A_malformed_connection_string_is_refused(string connection)
    {
        var message = await RefusalAsync(connection);

        Assert.StartsWith($"{Prefix} is not a connection string of Azure Storage: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public async Task A_silo_that_is_asked_to_stop_while_it_starts_ends_without_an_error()
    {
        using var proxy = await TableProxy.StartAsync(azurite);
        var cluster = await azurite.CreateLocalClusterAsync() with { ConnectionString = Azurite.ConnectionToTables(proxy.Tables) };

        // The silo's checks pass, and then the account hangs while it joins.
        proxy.Plan = static request => request.Table == "OrleansUploadsSilos" && request.IsWrite ? TableFault.Hang : TableFault.None;
        await using var silo = new SiloStart(RunningSilo.OnAzure(cluster, _folder.Data)).Run();
        await Eventually.BecomesTrueAsync(() => proxy.Count(TableFault.Hang) > 0 || silo.HasExited, "the silo joins", Patience);

        silo.Terminate();

        Assert.True(await silo.WaitForExitAsync(Patience) == 0, silo.ToString());
        Assert.DoesNotContain("Unhandled", silo.Error, StringComparison.Ordinal);
    }

    private Task<string> RefusalAsync(string connection, params string[] arguments)
    {
        var environment = RunningSilo.OnAzure(new AzureCluster(connection), _folder.Data);
        environment[KnownSettings.ConnectionString.Variable] = connection;
        return RunningSilo.ExpectRefusalAsync(environment, arguments);
    }
}
