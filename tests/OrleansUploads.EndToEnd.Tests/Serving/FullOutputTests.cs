namespace OrleansUploads.EndToEnd.Tests.Serving;

public sealed class FullOutputTests : TestWithFolder
{
    [Fact]
    public async Task A_server_that_cannot_print_its_greeting_serves()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /dev/full.");
        var address = $"127.0.0.1:{FreePort.Take(1)[0]}";
        await using var server = CapturedProcess.Start(
            "/bin/bash",
            ["-c", $"exec '{CommandLine.Dotnet}' '{CommandLine.Program}' serve --data '{Folder.Data}' --listen {address} > /dev/full"],
            CommandLine.WithOperatorKey);
        using var http = new HttpClient();

        await Eventually.BecomesTrueAsync(
            async () =>
            {
                Assert.False(server.HasExited, $"The server has ended. {server}");
                try
                {
                    using var health = await http.GetAsync(new Uri($"http://{address}/healthz"));
                    return health.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the server is ready");
        server.Terminate();

        Assert.Equal(0, await server.WaitForExitAsync(TimeSpan.FromMinutes(2)));
    }
}
