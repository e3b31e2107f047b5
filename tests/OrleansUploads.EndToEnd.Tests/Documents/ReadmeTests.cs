namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>The commands of the README work as printed, in its order, and what they install needs nothing else. What builds the program again
/// has a slice.</summary>
[Campaign]
public sealed class ReadmeTests(NewUser user) : IClassFixture<NewUser>
{
    [Fact, Slice(5)]
    public async Task A_new_user_tries_installs_and_uses_the_program_by_pasting_the_commands()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The README's commands are for a POSIX shell.");
        Assert.Equal(
            ["Try it", "Install", "Keep your files", "With Amazon's command line"], NewUser.Readme.Sections.Keys.Take(4));

        Assert.Contains("OrleansUploads.Core -> ", await user.InstallAsync(), StringComparison.Ordinal);

        AssertStoredAndRetrieved(await user.RunAsync($"cd\n{KeepFiles}"));
    }

    [Fact, Slice(5)]
    public async Task The_installed_program_runs_the_demo_without_a_runtime_and_without_a_home_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        Assert.SkipWhen(
            (await user.InstallAsync()).Contains("feed lacks the runtime", StringComparison.Ordinal), "The package feed lacks the runtime.");

        var output = await user.RunAsync(
            """
            unset DOTNET_ROOT
            PROGRAM=$(readlink -f ~/.local/bin/orleans-uploads)
            HOME=/nonexistent PATH=/usr/bin:/bin "$PROGRAM" demo --size 16MiB
            ls "$(dirname "$PROGRAM")"
            """);

        Assert.Contains("All checks passed", output, StringComparison.Ordinal);
        Assert.EndsWith("orleans-uploads", output.Trim(), StringComparison.Ordinal);
    }

    private static string KeepFiles =>
        $"{NewUser.Readme.Sections["Keep your files"]}\n{NewUser.Readme.Sections["With Amazon's command line"]}";

    private static void AssertStoredAndRetrieved(string output) =>
        Assert.Equal(2, output.Split('\n').Count(static line => line == "identical"));
}
