namespace OrleansUploads.EndToEnd.Tests.Terminals;

/// <summary>The other commands on a terminal: those that draw nothing, the server, and the demo.</summary>
public sealed class TerminalCommandTests
{
    // Wide enough that no line is broken.
    private const int Wide = 400;

    [Fact, Campaign]
    public async Task What_draws_nothing_prints_the_same_as_into_a_pipe()
    {
        await using var place = await Workplace.OpenAsync();
        using var client = place.Connect();
        await client.InitiateMultipartUploadAsync(Workplace.Vault, Archives.MiB, "film");

        // A table, and a report with lines of its own.
        string[] commands = ["uploads list --vault photos", $"check --data '{place.Data}' --orphans"];
        foreach (var command in commands)
        {
            await using var terminal = TerminalProcess.Start($"orleans-uploads {command}", place.Environment, Wide);
            await terminal.ExpectAsync();

            var piped = await CommandLine.RunInShellAsync($"orleans-uploads {command} 2>&1", place.Environment);
            Assert.Equal(piped.Lines.Select(static line => line.TrimEnd()).Where(static line => line.Length > 0), terminal.Lines);
        }
    }

    [Fact, Campaign]
    public async Task A_table_fits_the_terminal_and_keeps_the_ends_of_long_names()
    {
        await using var place = await Workplace.OpenAsync();
        using var client = place.Connect();
        var upload = await client.InitiateMultipartUploadAsync(Workplace.Vault, Archives.MiB, new string('x', 1000) + "film.mp4");

        await using var list = TerminalProcess.Start("orleans-uploads uploads list --vault photos", place.Environment, 72);
        await list.ExpectAsync();

        Assert.Equal(2, list.Lines.Count);
        Assert.Matches($"^…x+film.mp4  .*{upload[..10]}$", list.Lines[1]);
        Assert.Equal(72, list.Lines[1].Length);
    }

    [Fact]
    public async Task A_server_is_started_and_stopped_on_a_terminal()
    {
        using var folder = new TemporaryFolder();
        await using var server = TerminalProcess.Start(
            $"orleans-uploads serve --data '{folder.Data}' --listen 127.0.0.1:0", CommandLine.WithoutOperatorKey, 40);
        await server.ShowsAsync("Ready on ");

        await server.InterruptAsync();

        await server.ExpectAsync();
        Assert.Contains("Stopping.", server.Output, StringComparison.Ordinal);
    }

    [Theory, Campaign]
    [InlineData("xterm-256color", 40)]
    [InlineData("dumb", 200, Traits = [SliceAttribute.Name, "6"])]
    public async Task The_demo_runs_on_a_terminal(string term, int columns)
    {
        var environment = new Dictionary<string, string?>(CommandLine.WithoutOperatorKey) { ["TERM"] = term };
        await using var demo = TerminalProcess.Start("orleans-uploads demo --size 8MiB", environment, columns);

        await demo.ExpectAsync();

        Assert.Contains("All checks passed.", demo.Lines[^1], StringComparison.Ordinal);
        Assert.Equal(term == "dumb", !demo.Output.Contains('\u001b', StringComparison.Ordinal));
        Assert.DoesNotContain(demo.Lines, static line => line.Contains('█', StringComparison.Ordinal) && !line.Contains('│', StringComparison.Ordinal));
    }
}
