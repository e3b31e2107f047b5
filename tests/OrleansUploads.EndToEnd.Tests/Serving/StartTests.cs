using System.Net;
using System.Text.Json;

namespace OrleansUploads.EndToEnd.Tests.Serving;

public sealed class StartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_port_in_use_is_reported_in_one_line()
    {
        await using var first = await ServerProcess.StartAsync(_folder.Data);
        var address = first.EndPoint.ToString();

        var second = await ServerProcess.RefuseAsync(new ServerSetup(_folder.File("other")) { Listen = address });

        second.ExpectOneLine(address, "in use", "--listen");
    }

    [Fact]
    public async Task An_address_of_another_machine_is_reported_in_one_line() =>
        (await ServerProcess.RefuseAsync(new ServerSetup(_folder.Data) { Listen = "192.0.2.1:9400" }))
            .ExpectOneLine("192.0.2.1:9400", "--listen");

    [Fact]
    public async Task An_invalid_address_is_reported_in_one_line_also_with_other_options_that_depend_on_it() =>
        (await CommandLine.RunAsync("serve", "--data", _folder.Data, "--anonymous", "--listen", "localhost"))
            .ExpectOneLine(2, "--listen is 'localhost'");

    [Fact]
    public async Task A_data_folder_in_a_file_is_reported_in_one_line()
    {
        await File.WriteAllTextAsync(_folder.File("notes"), "a file");

        (await ServerProcess.RefuseAsync(new ServerSetup(_folder.File("notes/data"))))
            .ExpectOneLine(2, $"{_folder.File("notes")} is a file. Name a folder");
    }

    [Theory]
    [InlineData("--data", "serve", "--data", "/proc/notes/data")]
    [InlineData("--data", "keys", "add", "--create", "--data", "/proc/notes/data")]
    [InlineData("--folder", "demo", "--folder", "/proc/notes/data")]
    public async Task A_folder_that_cannot_be_created_is_reported_in_one_line(string option, params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /proc.");

        (await CommandLine.RunAsync(arguments))
            .ExpectOneLine("The folder /proc/notes/data cannot be created: /proc takes no new folders", $"another one with {option}");
    }

    [Fact]
    public async Task A_folder_in_use_is_reported_in_one_line_and_its_server_keeps_running()
    {
        await using var first = await ServerProcess.StartAsync(_folder.Data);

        (await ServerProcess.RefuseAsync(new ServerSetup(_folder.Data))).ExpectOneLine(_folder.Data, "in use by another server");

        await first.Connect().CreateVaultAsync("photos");
    }

    [Fact]
    public async Task A_folder_restored_without_its_bytes_is_refused_and_one_that_never_had_any_is_not()
    {
        var parts = Path.Combine(_folder.Data, "parts");
        await using (var server = await ServerProcess.StartAsync(_folder.Data, "--quiet"))
        {
            await server.Connect().CreateVaultAsync("photos");
            await server.StopAsync();
        }

        Directory.Delete(parts);
        string archive;
        await using (var server = await ServerProcess.StartAsync(_folder.Data, "--quiet"))
        {
            archive = (await server.Connect().UploadArchiveAsync(
                "photos", Client.Sources.HashedBody.Of(Archives.Bytes(10_000, seed: 1)))).ArchiveId;
            await server.StopAsync();
        }

        Directory.Move(parts, parts + ".elsewhere");
        (await ServerProcess.RefuseAsync(new ServerSetup(_folder.Data))).ExpectOneLine(parts, "is missing", archive, "Restore it");

        Directory.Move(parts + ".elsewhere", parts);
        await using var again = await ServerProcess.StartAsync(_folder.Data, "--quiet");
    }

    [Fact]
    public async Task The_version_and_the_folder_are_in_the_output_and_in_the_detailed_health_report()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        using var http = new HttpClient { BaseAddress = server.Address };
        using var health = JsonDocument.Parse(await http.GetStringAsync("/healthz?verbose"));

        var version = health.RootElement.GetProperty("version").GetString();
        Assert.Equal(_folder.Data, health.RootElement.GetProperty("dataFolder").GetString());
        Assert.StartsWith($"OrleansUploads {version}, data in {_folder.Data},", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anonymous_mode_is_refused_on_an_address_other_than_loopback()
    {
        var refused = await ServerProcess.RefuseAsync(
            new ServerSetup(_folder.Data) { Listen = "0.0.0.0:0", Options = ["--anonymous"] });

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--anonymous requires a loopback address", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.Data));
    }

    [Fact]
    public async Task Anonymous_mode_accepts_unsigned_requests()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data, "--anonymous");
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Add("x-amz-glacier-version", "2012-06-01");

        using var created = await http.PutAsync("/-/vaults/photos", content: null);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Contains("--no-sign-request", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anonymous_mode_accepts_only_requests_with_a_loopback_host()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data, "--anonymous");
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
    public async Task Unsigned_requests_can_only_read_the_health()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        using var http = new HttpClient { BaseAddress = server.Address };

        using var health = JsonDocument.Parse(await http.GetStringAsync("/healthz"));
        Assert.Equal("Healthy", health.RootElement.GetProperty("status").GetString());

        using var vaults = await http.GetAsync("/-/vaults");
        Assert.Equal(HttpStatusCode.BadRequest, vaults.StatusCode);
        Assert.Contains("MissingAuthenticationTokenException", await vaults.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--stale-after", "23h", "at least 24h")]
    [InlineData("--collect-grace", "soon", "a duration such as")]
    [InlineData("--account", "42", "12 digits")]
    [InlineData("--https-key", "key.pem", "must be used together")]
    [InlineData("--retrieval-delay", "quick=3h", "'quick=3h' is not a delay")]
    [InlineData("--max-vaults", "0", "at least 1")]
    [InlineData("--max-connections", "0", "at least 1")]
    [InlineData("--max-bodies", "0", "at least 1")]
    [InlineData("--header-timeout", "0", "at least 1s")]
    [InlineData("--keep-alive-timeout", "soon", "a duration such as")]
    [InlineData("--notify", "arn:x", "is not a topic and an address")]
    [InlineData("--notify", "arn:x=ftp://example.org", "is not an address to post to")]
    public async Task An_invalid_option_is_refused_before_the_folder_is_created(
        string option, string value, string message)
    {
        var refused = await ServerProcess.RefuseAsync(
            new ServerSetup(_folder.Data) { Options = [option, value] });

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(message, refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.Data));
    }

    [Fact]
    public async Task All_invalid_options_are_reported_at_once()
    {
        var refused = await ServerProcess.RefuseAsync(new ServerSetup(_folder.Data)
        {
            Options = ["--stale-after", "1h", "--max-jobs", "0", "--https-key", "key.pem"],
        });

        Assert.Contains("--stale-after is '1h'.", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--max-jobs is '0'.", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--https-key must be used together", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "It must be a URL")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "a header", "Headers")]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task A_wrong_variable_of_OpenTelemetry_is_reported_in_one_line(string variable, string value, string problem)
    {
        var refused = await ServerProcess.RefuseAsync(new ServerSetup(_folder.Data)
        {
            Environment = new Dictionary<string, string?>(CommandLine.WithOperatorKey)
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9",
                [variable] = value,
            },
        });

        refused.ExpectOneLine("OTEL_EXPORTER_OTLP_ENDPOINT", problem);
    }

    [Fact]
    public async Task The_help_shows_defaults_as_they_are_written_on_the_command_line()
    {
        var help = await ServerProcess.RefuseAsync(new ServerSetup(_folder.Data) { Options = ["--help"] });

        Assert.Equal(0, help.ExitCode);
        Assert.Contains("Durations have the form 90s, 15m, 24h or 7d.", help.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("silos", help.Output, StringComparison.Ordinal);
        Assert.Matches(@"--stale-after <value>[^\[]*\[default: 7d\]", help.Output);
        Assert.Matches(@"--retrieval-delay <value>[^\[]*\[default: 0\]", help.Output);
        Assert.DoesNotContain("{", help.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Policy", help.Output, StringComparison.Ordinal);
    }
}
