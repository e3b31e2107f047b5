using System.CommandLine;
using OrleansUploads.Cli;
using OrleansUploads.Cli.CommandLine;

namespace OrleansUploads.EndToEnd.Tests.CommandLines;

/// <summary>The manual page, which is written from the commands themselves.</summary>
public sealed class ManPageTests
{
    private const string Groff = "/usr/bin/groff";

    [Fact]
    public void It_has_each_command_with_its_options_and_examples()
    {
        var root = CommandTree.Create();
        var page = ManPage.Write(root);

        foreach (var command in Below(root).Where(static command => command.Subcommands.Count == 0))
        {
            Assert.Contains($" {command.Name}\n".Replace("-", "\\-", StringComparison.Ordinal), page, StringComparison.Ordinal);
            Assert.All(command.Options, option => Assert.Contains(
                $"\n\\fB{option.Name.Replace("-", "\\-", StringComparison.Ordinal)}\\fR", page, StringComparison.Ordinal));
        }

        Assert.Equal(1, page.Split("\n\\fB\\-\\-profile\\fR").Length - 1);
        Assert.Contains("[default: \\(ti/.local/state/orleans\\-uploads]", page, StringComparison.Ordinal);
        Assert.Contains("orleans\\-uploads download \\-\\-name \\(aqPictures/*\\(aq", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + "/.local", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_prints_it_and_groff_reads_it_without_a_warning()
    {
        Assert.SkipUnless(File.Exists(Groff), "groff is not installed.");
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("page.1"), (await CommandLine.RunAsync("man")).Expect().Output);

        await using var groff = CapturedProcess.Start(Groff, ["-man", "-Tascii", "-P-cbou", "-ww", folder.File("page.1")], []);

        Assert.True(await groff.WaitForExitAsync(TimeSpan.FromMinutes(2)) == 0, groff.ToString());
        Assert.Empty(groff.Error);
        Assert.Contains("EXIT STATUS", groff.Output, StringComparison.Ordinal);
        Assert.Contains("uploads resume", groff.Output, StringComparison.Ordinal);
    }

    private static IEnumerable<Command> Below(Command command) =>
        command.Subcommands.SelectMany(static below => Below(below).Prepend(below));
}
