using System.Text.RegularExpressions;

namespace OrleansUploads.EndToEnd.Tests.Transfers;

/// <summary>Commands behind a proxy that answers in place of the server.</summary>
public sealed class ForeignAnswerTests
{
    [Fact]
    public async Task A_completion_that_a_proxy_refuses_is_repeated_only_for_as_long_as_the_user_says()
    {
        await using var place = await Workplace.ShareAsync();
        await using var proxy = new AnsweringProxy(
            place.Server.Address,
            static head => head.StartsWith("POST ", StringComparison.Ordinal) && head.Contains("/multipart-uploads/", StringComparison.Ordinal)
                ? AnsweringProxy.Page("503 Service Unavailable", "")
                : null);

        var stopped = await place.RunInVaultAsync(
            "upload", place.Create("film", 2 * Archives.MiB), "--part-size", "1MiB", "--retry-for", "1s", "--endpoint", $"{proxy.Address}");

        Assert.Equal(5, stopped.ExitCode);
        Assert.Contains("503", stopped.Error, StringComparison.Ordinal);
        Assert.Contains("uploads resume", stopped.Error, StringComparison.Ordinal);
        Assert.Empty(stopped.Output);
    }

    [Fact]
    public async Task A_part_that_is_too_large_for_a_proxy_is_told_with_what_to_do()
    {
        await using var place = await Workplace.ShareAsync();
        await using var proxy = new AnsweringProxy(
            place.Server.Address,
            static head => head.StartsWith("PUT ", StringComparison.Ordinal) ? AnsweringProxy.Page("413 Payload Too Large", "") : null);

        var stopped = await place.RunInVaultAsync(
            "upload", place.Create("film", 4 * Archives.MiB), "--part-size", "2MiB", "--endpoint", $"{proxy.Address}");

        Assert.Equal(1, stopped.ExitCode);
        Assert.Contains("413 Payload Too Large. A proxy", stopped.Error, StringComparison.Ordinal);
        Assert.Contains("--new with a smaller --part-size", stopped.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("uploads resume", stopped.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_that_the_server_no_longer_has_is_not_to_be_resumed()
    {
        await using var place = await Workplace.ShareAsync();
        const string refusal = """{"code":"ResourceNotFoundException","message":"The upload was not found.","type":"Client"}""";
        await using var proxy = new AnsweringProxy(
            place.Server.Address,
            static head => head.StartsWith("PUT ", StringComparison.Ordinal)
                ? AnsweringProxy.Page("404 Not Found", refusal, "x-amzn-RequestId: id\r\n").Replace("text/html", "application/json", StringComparison.Ordinal)
                : null);

        var stopped = await place.RunInVaultAsync(
            "upload", place.Create("film", 2 * Archives.MiB), "--part-size", "1MiB", "--endpoint", $"{proxy.Address}");

        Assert.Equal(3, stopped.ExitCode);
        Assert.DoesNotContain("uploads resume", stopped.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_that_may_exist_is_not_sent_again_without_a_look()
    {
        await using var place = await Workplace.ShareAsync();
        await using var proxy = new AnsweringProxy(
            place.Server.Address, static head => head.StartsWith("POST ", StringComparison.Ordinal) ? "" : null);

        (await place.RunInVaultAsync("upload", place.Create("letter", 1000), "--endpoint", $"{proxy.Address}"))
            .ExpectOneLine(5, "the archive may exist or not", "Run the command again with --skip-existing.");
    }

    [Fact]
    public async Task A_proxy_that_does_not_connect_is_named_without_its_password()
    {
        await using var place = await Workplace.ShareAsync();
        await using var proxy = new AnsweringProxy(
            place.Server.Address, static _ => AnsweringProxy.Page("407 Proxy Authentication Required", "", "Proxy-Authenticate: Basic realm=\"x\"\r\n"));
        var environment = new Dictionary<string, string?>(place.Environment)
        {
            ["HTTPS_PROXY"] = $"http://me:password@{proxy.Address.Authority}",
            ["https_proxy"] = null,
            ["NO_PROXY"] = null,
            ["no_proxy"] = null,
        };

        var refused = await CommandLine.RunAsync(["vault", "list", "--endpoint", "https://vaults.test"], environment);

        refused.ExpectOneLine(5, $"'http://{proxy.Address.Authority}/'", "407", "HTTPS_PROXY");
        Assert.DoesNotContain("me:password", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_changes_the_host_is_found_out()
    {
        await using var place = await Workplace.ShareAsync();
        await using var proxy = new AnsweringProxy(
            place.Server.Address, change: static head => Regex.Replace(head, "(?<=\r\nHost: )[^\r]*", "backend:9400", RegexOptions.IgnoreCase));

        (await place.RunAsync("vault", "list", "--endpoint", $"{proxy.Address}"))
            .ExpectOneLine(4, $"the host 'backend:9400' and not '{proxy.Address.Authority}'", "a proxy in between");
    }

    [Theory]
    [InlineData("413 Request Entity Too Large", "<h1>nginx</h1>", "", 1, "413 Request Entity Too Large: nginx", "Raise its limit", "--part-size")]
    [InlineData("407 Proxy Authentication Required", "", "", 5, "407", "HTTP_PROXY", "user:password@")]
    [InlineData("400 Bad Request", "The plain HTTP request was sent to HTTPS port", "", 5, "plain HTTP request", "--endpoint")]
    [InlineData("308 Permanent Redirect", "", "Location: https://vaults.test/\r\n", 5, "redirects to https://vaults.test/.", "--endpoint")]
    public async Task What_a_proxy_says_is_told_with_what_to_do(string status, string text, string headers, int exitCode, params string[] parts)
    {
        await using var place = await Workplace.ShareAsync();
        await using var proxy = new AnsweringProxy(
            place.Server.Address,
            head => head.StartsWith("POST ", StringComparison.Ordinal) ? AnsweringProxy.Page(status, text, headers) : null);

        (await place.RunInVaultAsync("upload", place.Create("film", 2 * Archives.MiB), "--endpoint", $"{proxy.Address}"))
            .ExpectOneLine(exitCode, parts);
    }
}
