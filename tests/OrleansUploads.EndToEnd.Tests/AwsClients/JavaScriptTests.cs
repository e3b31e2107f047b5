namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>Amazon's JavaScript client (<c>@aws-sdk/client-glacier</c>) against the real server.</summary>
public sealed class JavaScriptTests(JavaScriptOperations client) : IClassFixture<JavaScriptOperations>
{
    private static readonly string[] Areas =
    [
        "vaults", "archives", "multipart", "jobs", "tags", "notifications", "access policy", "vault lock", "account settings",
    ];

    public static TheoryData<string> AllAreas => new(Areas);

    [Theory]
    [MemberData(nameof(AllAreas))]
    public async Task The_javascript_client_gets_every_answer_that_it_must_get_about(string area) =>
        (await client.ReportAsync()).ExpectSuccess(area);

    [Fact]
    public async Task No_area_and_no_documented_operation_is_left_out()
    {
        var report = await client.ReportAsync();
        report.ExpectAreas(Areas);
        DocumentedOperations.AreThoseOf("JS", report.Done);
    }
}
