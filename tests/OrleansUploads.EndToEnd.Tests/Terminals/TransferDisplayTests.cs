using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace OrleansUploads.EndToEnd.Tests.Terminals;

/// <summary>Transfers on a terminal: what stays on the screen, at which width, and with which exit code.</summary>
public sealed partial class TransferDisplayTests
{
    private const int Large = 20 * Archives.MiB;
    private const string Upload = $"orleans-uploads upload --vault {Workplace.Vault} --part-size 1MiB --workers 1";
    private const string Download = $"orleans-uploads download --vault {Workplace.Vault}";

    /// <summary>The rate, which is shown once something has moved.</summary>
    private const string Moving = " MiB/s";

    [Theory]
    [InlineData(20, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "5"])]
    [InlineData(40, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "1"])]
    [InlineData(80)]
    [InlineData(200, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "2"])]
    public async Task Only_the_results_of_transfers_stay_on_the_screen_and_NO_COLOR_leaves_out_colours(int columns)
    {
        await using var place = await Workplace.ShareAsync();
        string[] files = [place.Create("b", 10), place.Create("c", 1000), place.Create("film-of-a-very-long-holiday.tar", Large)];
        var (film, copy) = (files[2], place.File("copy"));

        await using var upload = await RunAsync(place, $"{Upload} '{film}' --limit 20MiB/s", columns);
        var archive = upload.Lines[^1].Split("  ")[^1];
        await using var download = await RunAsync(place, $"{Download} {archive} -o '{copy}' --limit 20MiB/s", columns);
        await using var several = await RunAsync(place, $"NO_COLOR=1 {Upload} '{string.Join("' '", files)}' --new", columns);

        Assert.Matches($"^{Regex.Escape(film)}  20.0 MiB in [0-9]+ s  {archive}$", Assert.Single(upload.Lines));
        Assert.Equal([$"{copy}  20.0 MiB, verified"], download.Lines);
        Assert.Equal(files.Append("Uploaded 3 of 3 files."), several.Lines.Select(static line => line.Split("  ")[0]));
        Assert.Equal(await HashAsync(film), await HashAsync(copy));
        Assert.True(Percentage().Matches(upload.Output).DistinctBy(static shown => shown.Value).Count() > 2, upload.ToString());
        Assert.Equal(columns >= 80, upload.Output.Contains("·····", StringComparison.Ordinal));
        Assert.DoesNotContain("…………", upload.Output, StringComparison.Ordinal);
        Assert.Equal(columns >= 80, upload.Output.Contains("\u001b[3", StringComparison.Ordinal));
        Assert.DoesNotContain("\u001b[3", several.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Slice(0)]
    public async Task Many_transfers_on_a_terminal_end_with_exit_code_0_and_equal_bytes()
    {
        await using var place = await Workplace.ShareAsync();
        for (var round = 0; round < 15; round++)
        {
            var film = place.Create("film", 10_000_000, seed: round);
            var columns = (round % 3) switch { 0 => 40, 1 => 80, _ => 200 };

            await using var upload = await RunAsync(place, $"orleans-uploads upload --vault {Workplace.Vault} '{film}'", columns);
            var archive = Assert.Single(upload.Lines).Split("  ")[^1];
            await using var download = await RunAsync(place, $"{Download} {archive} -o '{place.File("copy")}' --overwrite", columns);

            Assert.Equal(await HashAsync(film), await HashAsync(place.File("copy")));
        }
    }

    [Fact, Campaign]
    public async Task A_window_is_resized_during_a_transfer()
    {
        await using var place = await Workplace.ShareAsync();
        var film = place.Create("film", Large / 2);
        await using var upload = Start(place, $"{Upload} '{film}' --limit 1MiB/s", 200);

        await upload.ShowsAsync("% of");
        await upload.ResizeAsync(40);
        await upload.ShowsMoreAsync();
        await upload.ResizeAsync(120);
        await upload.ShowsMoreAsync();
        await upload.ExpectAsync();

        Assert.StartsWith($"{film}  ", upload.Lines[^1], StringComparison.Ordinal);
    }

    [Fact, Campaign]
    public async Task A_terminal_that_cannot_move_its_cursor_gets_lines()
    {
        await using var place = await Workplace.OpenAsync("--retrieval-delay", "1s");
        var film = place.Create("film", Large);

        var archive = (await place.RunInVaultAsync("upload", film, "-q")).Expect().Output.Trim();
        await using var upload = await RunAsync(place, $"export TERM=dumb; {Upload} '{film}'");
        await using var download = await RunAsync(place, $"export TERM=dumb; {Download} {archive} -o '{place.File("copy")}'");

        Assert.All([upload, download], terminal => Assert.DoesNotContain('\u001b', terminal.Output));
        Assert.Contains("% of 20.0 MiB", upload.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--part-size 16MiB --workers 1", "% of 20.0 MiB, ")]
    [InlineData("--part-size 32MiB", "% of 20.0 MiB, ", Traits = [TestRun.Name, TestRun.Campaign])]
    public async Task Progress_counts_bytes_before_the_first_part_is_done_with_rate_and_time_left(string options, string shown)
    {
        await using var place = await Workplace.ShareAsync();
        var film = place.Create("film", Large);
        await using var upload = Start(place, $"orleans-uploads upload --vault {Workplace.Vault} {options} --limit 1MiB/s '{film}'", 120);

        await upload.ShowsAsync($" 5 {shown}");
        await upload.ShowsAsync(" s left");

        using var client = place.Connect();
        Assert.Empty(await client.ListMultipartUploadsAsync(Workplace.Vault)
            .SelectMany(open => client.ListPartsAsync(Workplace.Vault, open.UploadId)).ToListAsync());
        Assert.Contains("iB/s, ", upload.Output, StringComparison.Ordinal);
        Assert.Contains('░', upload.Output);
        await upload.InterruptAsync();
        await upload.ExpectAsync(130);
    }

    [Theory, Campaign]
    [InlineData(40)]
    [InlineData(200, Traits = [SliceAttribute.Name, "3"])]
    public async Task Ctrl_C_leaves_the_command_that_resumes_the_transfer(int columns)
    {
        await using var place = await Workplace.ShareAsync();
        var film = place.Create("film", Large);
        await using var upload = Start(place, $"{Upload} '{film}' --limit 5MiB/s", columns);
        await upload.ShowsAsync(Moving);
        await upload.InterruptAsync();
        await upload.ExpectAsync(130);
        Assert.Equal("orleans-uploads: Interrupted.", upload.Lines[^1]);

        Assert.EndsWith(" To resume:", upload.Lines[^3], StringComparison.Ordinal);
        var resume = upload.Lines[^2].Trim();
        await using var resumed = await RunAsync(place, resume, columns);
        var archive = Assert.Single(resumed.Lines).Split("  ")[^1];

        await using var download = Start(place, $"{Download} {archive} -o '{place.File("copy")}' --limit 4MiB/s", columns);
        await download.ShowsAsync("% of");
        await download.InterruptAsync();
        await download.ExpectAsync(130);
        Assert.StartsWith("To resume:", download.Lines[0], StringComparison.Ordinal);
        Assert.Contains(" download ", download.Lines[1], StringComparison.Ordinal);
        Assert.Equal(3, download.Lines.Count);
    }

    [Fact, Campaign]
    public async Task The_display_says_that_it_waits_for_a_server_that_is_down()
    {
        await using var place = await Workplace.OpenAsync();
        var film = place.Create("film", Large);
        await using var upload = Start(place, $"{Upload} '{film}' --limit 5MiB/s");
        await upload.ShowsAsync(Moving);

        await place.CrashServerAsync();
        await upload.ShowsAsync("does not answer.");
        await upload.ExpectAsync();

        Assert.Equal(film, Assert.Single(upload.Lines).Split("  ")[0]);
    }

    [Theory, Campaign]
    [InlineData(40)]
    [InlineData(80, Traits = [SliceAttribute.Name, "4"])]
    public async Task The_countdown_of_a_job_leaves_nothing_on_the_screen(int columns)
    {
        await using var place = await Workplace.OpenAsync("--retrieval-delay", "6s");
        using var client = place.Connect();
        var job = await client.InitiateInventoryRetrievalAsync(Workplace.Vault);

        await using var wait = await RunAsync(place, $"orleans-uploads job wait {job} --vault {Workplace.Vault}", columns);

        Assert.Contains("Preparing the output", wait.Output, StringComparison.Ordinal);
        Assert.StartsWith($"{job}  InventoryRetrieval  Succeeded", Assert.Single(wait.Lines), StringComparison.Ordinal);
    }

    [Fact, Campaign]
    public async Task The_display_fits_although_a_script_takes_the_results()
    {
        await using var place = await Workplace.ShareAsync();
        var film = place.Create("film", Large);

        await using var upload = await RunAsync(
            place, $"ARCHIVE=$({Upload} '{film}' --limit 20MiB/s); echo \"got ${{#ARCHIVE}}\"", 40);

        var got = int.Parse(Assert.Single(upload.Lines)["got ".Length..], CultureInfo.InvariantCulture);
        Assert.InRange(got, film.Length + 138, film.Length + 138 + "  20.0 MiB in 100 s  ".Length);
        Assert.Contains("% of", upload.Output, StringComparison.Ordinal);
    }

    private static TerminalProcess Start(Workplace place, string command, int columns = 80) =>
        TerminalProcess.Start(command, place.Environment, columns);

    private static async Task<TerminalProcess> RunAsync(Workplace place, string command, int columns = 80) =>
        await Start(place, command, columns).ExpectAsync();

    [GeneratedRegex("[0-9]+ % of")]
    private static partial Regex Percentage();

    private static async Task<string> HashAsync(string path) =>
        Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(path)));
}
