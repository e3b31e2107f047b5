using System.Net;
using System.Net.Sockets;

namespace OrleansUploads.EndToEnd.Tests.Serving;

[Campaign]
public sealed class UnansweredStoreTests : TestWithFolder
{
    [Fact]
    public async Task A_server_that_waits_for_its_store_says_so_and_can_be_stopped()
    {
        using var store = new TcpListener(IPAddress.Loopback, 0);
        store.Start();
        await using var server = CommandLine.Start(
            [
                "serve", "--data", Folder.Data, "--listen", "127.0.0.1:0",
                "--parts", "s3://bucket/prefix", "--parts-endpoint", $"http://{store.LocalEndpoint}",
            ],
            new Dictionary<string, string?>(CommandLine.WithOperatorKey) { ["AWS_ACCESS_KEY_ID"] = "id", ["AWS_SECRET_ACCESS_KEY"] = "secret" });

        await Eventually.BecomesTrueAsync(
            () => server.Error.Contains("The start has waited 10 seconds for s3://bucket/prefix", StringComparison.Ordinal),
            "the server says for what it waits");
        server.Terminate();

        Assert.Equal(130, await server.WaitForExitAsync(TimeSpan.FromMinutes(2)));
        Assert.False(Directory.Exists(Folder.Data));
    }

    [Fact]
    public async Task A_server_that_waits_for_its_folder_says_so_and_can_be_stopped()
    {
        using var disk = SilentDisk.Mount(Folder.File("disk"));
        await using var server = CommandLine.Start(
            ["serve", "--data", Path.Combine(Folder.File("disk"), "data"), "--listen", "127.0.0.1:0"], CommandLine.WithOperatorKey);

        await Eventually.BecomesTrueAsync(
            () => server.Error.Contains("The start has waited 10 seconds for the folder", StringComparison.Ordinal),
            "the server says for what it waits");
        server.Terminate();

        Assert.Equal(130, await server.WaitForExitAsync(TimeSpan.FromMinutes(2)));
    }
}
