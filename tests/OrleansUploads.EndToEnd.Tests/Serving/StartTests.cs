using System.Net;
using System.Text.Json;
using OrleansUploads.EndToEnd.Tests.Harness;

namespace OrleansUploads.EndToEnd.Tests.Serving;

public sealed class StartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_port_that_is_taken_is_told_in_one_line()
    {
        await using var first = await ServerProcess.StartAsync(_folder.Data);
        var address = first.EndPoint.ToString();

        var second = await ServerProcess.RefuseAsync(new ServerSetup(_folder.File("other")) { Listen = address });

        second.ExpectOneLine(address, "in use", "--listen");
    }

    [Fact]
    public async Task A_folder_that_another_server_uses_is_told_in_one_line_and_the_other_goes_on()
    {
        await using var first = await ServerProcess.StartAsync(_folder.Data);

        (await ServerProcess.RefuseAsync(new ServerSetup(_folder.Data))).ExpectOneLine(_folder.Data, "in use by another server");

        await first.Connect().CreateVaultAsync("photos");
    }

    [Fact]
    public async Task A_folder_whose_server_was_killed_is_free_again()
    {
        await using var first = await ServerProcess.StartAsync(_folder.Data);
        await first.Connect().CreateVaultAsync("photos");

        await using var second = await first.CrashAsync();

        Assert.Equal(first.Address, second.Address);
        Assert.Equal("photos", (await second.Connect().DescribeVaultAsync("photos")).Name);
    }

    [Fact]
    public async Task Anonymous_is_refused_where_others_could_reach_it()
    {
        var refused = await ServerProcess.RefuseAsync(
            new ServerSetup(_folder.Data) { Listen = "0.0.0.0:0", Options = ["--anonymous"] });

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--anonymous needs a loopback address", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.Data));
    }

    [Fact]
    public async Task Anonymous_serves_requests_without_a_signature()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data, "--anonymous");
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Add("x-amz-glacier-version", "2012-06-01");

        using var created = await http.PutAsync("/-/vaults/photos", content: null);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Contains("--no-sign-request", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_signature_only_the_health_is_told()
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
    [InlineData("--collect-grace", "soon", "no duration")]
    [InlineData("--account", "42", "12 digits")]
    [InlineData("--https-key", "key.pem", "go together")]
    [InlineData("--retrieval-delay", "quick=3h", "'quick=3h' is no delay")]
    [InlineData("--inventory", "hourly", "write current or daily")]
    [InlineData("--max-vaults", "0", "at least 1")]
    [InlineData("--notify", "arn:x", "is no topic and address")]
    [InlineData("--notify", "arn:x=ftp://example.org", "is no address to post to")]
    public async Task An_option_that_makes_no_sense_is_refused_before_anything_is_made(
        string option, string value, string message)
    {
        var refused = await ServerProcess.RefuseAsync(
            new ServerSetup(_folder.Data) { Options = [option, value] });

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(message, refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.Data));
    }
}
