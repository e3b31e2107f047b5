namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>The Aspire application in deploy/samples, as the README of its package shows it.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class AspireSampleTests
{
    private const string Sample = "deploy/samples/AppHost";

    [Fact, Slice(4)]
    public async Task The_application_is_built_and_writes_its_manifest()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        using var home = new TemporaryFolder();
        var checkout = Checkout.CopyTo(home.File("source"));

        var output = await new DocumentShell(home).RunAsync(
            $"""
            export NUGET_PACKAGES='{Checkout.PackageFolder}'
            dotnet build {Sample} -v quiet
            dotnet run --project {Sample} --no-build -- --operation publish --step publish-manifest --output-path ~/manifest.json
            cat ~/manifest.json
            """,
            NewUser.TimeLimit,
            checkout);

        Assert.Contains("\"image\": \"orleans-uploads:", output, StringComparison.Ordinal);
        Assert.Contains("\"AWS_ENDPOINT_URL\": \"{uploads.bindings.http.url}\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_README_of_the_package_shows_the_sample() => Assert.Contains(
        File.ReadAllText(Path.Combine(CommandDocument.Repository, Sample, "AppHost.cs")),
        File.ReadAllText(Path.Combine(CommandDocument.Repository, "src/OrleansUploads.Aspire.Hosting/README.md")),
        StringComparison.Ordinal);
}
