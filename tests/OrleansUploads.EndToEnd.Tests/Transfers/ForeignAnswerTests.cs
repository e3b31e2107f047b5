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
    public async Task An_archive_that_may_exist_is_not_sent_again_without_a_look()
    {
        await using var place = await Workplace.ShareAsync();
        await using var proxy = new AnsweringProxy(
            place.Server.Address, static head => head.StartsWith("POST ", StringComparison.Ordinal) ? "" : null);

        (await place.RunInVaultAsync("upload", place.Create("letter", 1000), "--endpoint", $"{proxy.Address}"))
            .ExpectOneLine(5, "the archive may exist or not", "Run the command again with --skip-existing.");
    }
}
