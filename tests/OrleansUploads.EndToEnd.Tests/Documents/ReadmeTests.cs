namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>The commands of the README work as printed, in its order.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class ReadmeTests : IDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(20);

    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_new_user_tries_installs_and_uses_the_program_by_pasting_the_commands()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The README's commands are for a POSIX shell.");
        var readme = CommandDocument.Read("README.md");
        Assert.Equal(
            ["Try it", "Install", "Your first archive", "With Amazon's command line"], readme.Sections.Keys.Take(4));
        var checkout = Checkout.CopyTo(_home.File("orleans-uploads-source"));

        var output = await new DocumentShell(_home).RunAsync(
            $"""
            export NUGET_PACKAGES='{Checkout.PackageFolder}'
            {readme.Sections["Try it"]}
            {readme.Sections["Install"]}
            cd
            {readme.Sections["Your first archive"]}
            {readme.Sections["With Amazon's command line"]}
            """,
            TimeLimit,
            checkout);

        Assert.Contains("OrleansUploads.Core -> ", output, StringComparison.Ordinal);
        Assert.Contains("identical", output, StringComparison.Ordinal);
    }
}
