namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>The Aspire applications in deploy/samples, as the README of its package shows it.</summary>
[Campaign]
public sealed class AspireSampleTests
{
    [Theory, Slice(4)]
    [InlineData("deploy/samples/AppHost", "orleans-uploads:")]
    [InlineData("deploy/samples/ClusterAppHost", "orleans-uploads/silo:")]
    public async Task An_application_is_built_and_writes_its_manifest(string sample, string image)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        using var home = new TemporaryFolder();
        var checkout = Checkout.CopyTo(home.File("source"));

        var output = await new DocumentShell(home).RunAsync(
            $"""
            export NUGET_PACKAGES='{Checkout.PackageFolder}'
            dotnet build {sample} -v quiet
            dotnet run --project {sample} --no-build -- --operation publish --step publish-manifest --output-path ~/manifest.json
            cat ~/manifest.json
            """,
            NewUser.TimeLimit,
            checkout);

        Assert.Contains($"\"image\": \"{image}", output, StringComparison.Ordinal);
        Assert.Contains("\"AWS_ENDPOINT_URL\": \"{uploads.bindings.http.url}\"", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deploy/samples/AppHost")]
    [InlineData("deploy/samples/ClusterAppHost")]
    public void The_README_of_the_package_shows_the_sample(string sample) => Assert.Contains(
        File.ReadAllText(Path.Combine(CommandDocument.Repository, sample, "AppHost.cs")),
        File.ReadAllText(Path.Combine(CommandDocument.Repository, "src/OrleansUploads.Aspire.Hosting/README.md")),
        StringComparison.Ordinal);
}
