namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>Amazon's JavaScript client (<c>@aws-sdk/client-glacier</c>) against a real server.</summary>
[Campaign]
public sealed class JavaScriptTests(JavaScriptOperations client) : IClassFixture<JavaScriptOperations>
{
    private static readonly string[] Areas =
    [
        "vaults", "archives", "multipart", "jobs", "tags", "notifications", "access policy", "vault lock",
        "account settings",
    ];

    public static TheoryData<string> AllAreas => new(Areas);

    [Theory]
    [MemberData(nameof(AllAreas))]
    public async Task The_JavaScript_client_gets_the_expected_answers(string area) =>
        (await client.ReportAsync()).ExpectSuccess(area);

    [Fact]
    public async Task The_script_covers_all_areas_and_documented_operations()
    {
        var report = await client.ReportAsync();
        report.ExpectAreas(Areas);
        AllOperations.AssertDone(report.Done);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_lock_file_pins_hashes_and_names_no_registry(bool isOfPrograms)
    {
        const string name = "package-lock.json";
        using var pinned = JsonDocument.Parse(
            File.ReadAllText(isOfPrograms ? InstalledClients.JavaScriptProgram(name) : InstalledClients.JavaScript(name)));
        var packages = pinned.RootElement.GetProperty("packages").EnumerateObject()
            .Where(package => package.Name.Length > 0).ToList();
        Assert.NotEmpty(packages);
        Assert.All(packages, package =>
        {
            Assert.True(package.Value.TryGetProperty("integrity", out _), package.Name);
            Assert.False(package.Value.TryGetProperty("resolved", out _), package.Name);
        });
    }
}
