namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>The recipes of docs/howto.md work as printed.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class HowtoTests : IDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(5);
    private static readonly CommandDocument Howto = CommandDocument.Read("docs/howto.md");

    private readonly TemporaryFolder _home = new();

    /// <summary>Each recipe, in a slice of its own as far as there are enough.</summary>
    public static IEnumerable<TheoryDataRow<string>> Recipes => Howto.Sections.Keys.Select(static (heading, number) =>
        new TheoryDataRow<string>(heading).WithTrait(SliceAttribute.Name, $"{number % SliceAttribute.Count}"));

    public void Dispose() => _home.Dispose();

    [Theory]
    [MemberData(nameof(Recipes))]
    public async Task A_recipe_works_alone_as_printed(string heading)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        var shell = new DocumentShell(_home);
        await shell.InstallAsync();

        var output = await shell.RunAsync(Howto.Preamble + Howto.Sections[heading], TimeLimit);

        if (Expected.TryGetValue(heading, out var expected))
        {
            Assert.Contains(expected, output, StringComparison.Ordinal);
        }
    }

    [Fact, Slice(6)]
    public async Task The_recipes_work_one_after_another()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        var shell = new DocumentShell(_home);
        await shell.InstallAsync();

        var output = await shell.RunAsync(Howto.Preamble + string.Join('\n', Howto.Sections.Values), TimeLimit);

        Assert.All(Expected.Values, expected => Assert.Contains(expected, output, StringComparison.Ordinal));
    }

    /// <summary>What shows that a recipe had its effect, besides the exit codes of its commands.</summary>
    private static Dictionary<string, string> Expected { get; } = new()
    {
        ["Upload parts by hand"] = "archiveId",
        ["Keep a folder in a vault"] = "the tar is back",
        ["Copy a folder with rclone"] = "10000000 holiday.tar",
        ["Back up a folder with restic"] = "restored, identical",
        ["Let a second account into a vault"] = "refused, as it should be",
        ["Serve HTTPS with your own authority"] = "\"VaultName\": \"photos\"",
        ["Protect archives from deletion (WORM)"] = "Locked",
        ["Get a notification when a job has finished"] = "\"Type\":\"Notification\"",
        ["Back up, and restore"] = "holiday.tar",
        ["Deal with a full disk"] = "\"dataFolder\"",
        ["Let Prometheus read the metrics"] = "orleansuploads_connections{",
    };

    [Fact]
    public void Each_expectation_is_about_a_recipe() => Assert.Empty(Expected.Keys.Except(Howto.Sections.Keys));
}
