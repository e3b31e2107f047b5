using System.Net;

namespace OrleansUploads.EndToEnd.Tests.Serving;

public sealed class StartTests : TestWithFolder
{
    [Fact]
    public async Task A_port_or_a_folder_in_use_is_reported_in_one_line_and_its_server_keeps_running()
    {
        await using var first = await ServerProcess.StartAsync(Folder.Data);
        var address = first.EndPoint.ToString();

        var second = await ServerProcess.RefuseAsync(new ServerSetup(Folder.File("other")) { Listen = address });

        second.ExpectOneLine(address, "in use", "--listen");
        Assert.False(Directory.Exists(Folder.File("other")));
        (await ServerProcess.RefuseAsync(new ServerSetup(Folder.Data))).ExpectOneLine(Folder.Data, "in use by another server");
        await first.Connect().CreateVaultAsync("photos");
    }

    [Theory]
    [InlineData("127.0.0.1:9499", "--dashboard-listen", "127.0.0.1:9499")]
    [InlineData("0.0.0.0:9499", "--metrics-listen", "127.0.0.1:9499")]
    [InlineData("127.0.0.1:9499", "--metrics-listen", "[::]:9499")]
    public async Task A_port_that_the_command_line_has_twice_is_not_said_to_be_another_programs(string listen, params string[] options)
    {
        (await ServerProcess.RefuseAsync(new ServerSetup(Folder.Data) { Listen = listen, Options = options }))
            .ExpectOneLine("Cannot listen on port 9499 twice", "--metrics-listen");
        Assert.False(Directory.Exists(Folder.Data));
    }

    [Fact, Campaign]
    public async Task An_address_of_another_machine_is_reported_in_one_line_and_no_folder_is_made()
    {
        (await ServerProcess.RefuseAsync(new ServerSetup(Folder.Data) { Listen = "192.0.2.1:9400" }))
            .ExpectOneLine("192.0.2.1:9400", "this machine does not have the address", "Choose one of its own with --listen");
        Assert.False(Directory.Exists(Folder.Data));
    }

    [Theory, Campaign]
    [InlineData("--data", "serve", "--data", "/proc/notes/data")]
    [InlineData("--data", "keys", "add", "--create", "--data", "/proc/notes/data")]
    [InlineData("--folder", "demo", "--folder", "/proc/notes/data")]
    public async Task A_folder_that_cannot_be_created_is_reported_in_one_line(string option, params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /proc.");

        (await CommandLine.RunAsync(arguments))
            .ExpectOneLine("The folder /proc/notes/data cannot be created: /proc takes no new folders", $"another one with {option}");
    }

    [Fact, Campaign]
    [Promise("operations.md", "parts/ is missing, but the journal refers to bytes")]
    public async Task A_folder_restored_without_its_bytes_is_refused_and_one_that_never_had_any_is_not()
    {
        var parts = Path.Combine(Folder.Data, "parts");
        await using (var server = await ServerProcess.StartAsync(Folder.Data, "--quiet"))
        {
            await server.Connect().CreateVaultAsync("photos");
            await server.StopAsync();
        }

        Directory.Delete(parts);
        string archive;
        await using (var server = await ServerProcess.StartAsync(Folder.Data, "--quiet"))
        {
            archive = (await server.Connect().UploadArchiveAsync(
                "photos", Client.Sources.HashedBody.Of(Archives.Bytes(10_000, seed: 1)))).ArchiveId;
            await server.StopAsync();
        }

        Directory.Move(parts, parts + ".elsewhere");
        (await ServerProcess.RefuseAsync(new ServerSetup(Folder.Data))).ExpectOneLine(parts, "is missing", archive, "Restore it");

        Directory.Move(parts + ".elsewhere", parts);
        await using var again = await ServerProcess.StartAsync(Folder.Data, "--quiet");
    }

    [Fact]
    public async Task Anonymous_mode_accepts_unsigned_requests_if_their_host_is_loopback()
    {
        await using var server = await ServerProcess.StartAsync(Folder.Data, "--anonymous");
        using var http = new HttpClient { BaseAddress = server.Address };
        foreach (var host in new[] { "localhost", "LOCALHOST:80", "127.0.0.9:9400", "[::1]" })
        {
            Assert.Equal((host, HttpStatusCode.OK), (host, (await AskAsync(host)).Status));
        }

        foreach (var host in new[] { "rebound.example", "localhost.rebound.example:9400", "10.0.0.1" })
        {
            var (status, answer) = await AskAsync(host);
            Assert.Equal((host, HttpStatusCode.Forbidden), (host, status));
            Assert.Contains($"This request is for '{host}'", answer, StringComparison.Ordinal);
        }

        async Task<(HttpStatusCode Status, string Body)> AskAsync(string host)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/-/vaults");
            request.Headers.Add("x-amz-glacier-version", "2012-06-01");
            request.Headers.Host = host;
            using var answer = await http.SendAsync(request);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Unsigned_requests_can_only_read_the_health_which_names_the_version_and_the_folder()
    {
        await using var server = await ServerProcess.StartAsync(Folder.Data);
        using var http = new HttpClient { BaseAddress = server.Address };

        using var health = JsonDocument.Parse(await http.GetStringAsync("/healthz?verbose"));
        Assert.Equal("Healthy", health.RootElement.GetProperty("status").GetString());
        var version = health.RootElement.GetProperty("version").GetString();
        Assert.Equal(Folder.Data, health.RootElement.GetProperty("dataFolder").GetString());
        Assert.StartsWith($"OrleansUploads {version}, data in {Folder.Data},", server.Output, StringComparison.Ordinal);

        using var vaults = await http.GetAsync("/-/vaults");
        Assert.Equal(HttpStatusCode.BadRequest, vaults.StatusCode);
        Assert.Contains("MissingAuthenticationTokenException", await vaults.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Slice(7)]
    public async Task All_invalid_options_are_reported_at_once_before_the_folder_is_created()
    {
        var refused = await ServerProcess.RefuseAsync(new ServerSetup(Folder.Data)
        {
            Options = ["--stale-after", "1h", "--max-jobs", "0", "--https-key", "key.pem"],
        });

        Assert.Equal(2, refused.ExitCode);
        Assert.False(Directory.Exists(Folder.Data));
        Assert.Contains("--stale-after is '1h'.", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--max-jobs is '0'.", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--https-key must be used together", refused.Error, StringComparison.Ordinal);
    }

    [Theory, Campaign]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "It must be a URL")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "a header", "Headers")]
    public async Task A_wrong_variable_of_OpenTelemetry_is_reported_in_one_line(string variable, string value, string problem)
    {
        var refused = await ServerProcess.RefuseAsync(new ServerSetup(Folder.Data)
        {
            Environment = new Dictionary<string, string?>(CommandLine.WithOperatorKey)
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9",
                [variable] = value,
            },
        });

        refused.ExpectOneLine("OTEL_EXPORTER_OTLP_ENDPOINT", problem);
    }
}
